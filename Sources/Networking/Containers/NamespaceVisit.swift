import LinuxSystem
import Netlink
import SystemPackage

/// What is done in other network namespaces, without staying there.
///
/// Who has the machine's own privileges goes there and comes back. In a user namespace there is no way
/// back to the host's network: there a child goes, and hands back the socket that it made.
enum NamespaceVisit {
  /// A socket that belongs to a namespace.
  static func socket(
    _ part: KernelSocket.Part, in namespace: FileDescriptor
  ) throws(SystemError) -> KernelSocket {
    let socket = try descriptor(in: namespace) { () throws(SystemError) in
      let socket = try KernelSocket(part)
      return try socket.lent.duplicated()
    }
    return KernelSocket(owning: try socket.lent.duplicated())
  }

  /// A descriptor that is opened in a namespace and belongs to it.
  static func descriptor(
    in namespace: FileDescriptor, _ open: () throws(SystemError) -> OwnedDescriptor
  ) throws(SystemError) -> SharedDescriptor {
    guard CurrentProcess.isInUserNamespace else {
      let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
      try Namespaces.join(namespace, .network)
      let opened: SharedDescriptor
      do throws(SystemError) {
        opened = SharedDescriptor(try open())
      } catch {
        try Namespaces.join(home.lent, .network)
        throw error
      }
      try Namespaces.join(home.lent, .network)
      return opened
    }
    let received = try inChild(handsBack: true) { () throws(SystemError) in
      try Namespaces.join(namespace, .network)
      return try open()
    }
    guard let received else { throw SystemError("open", "network namespace", .badFileDescriptor) }
    return received
  }

  /// Does something in a namespace.
  static func perform(
    in namespace: FileDescriptor, _ body: () throws(SystemError) -> Void
  ) throws(SystemError) {
    guard CurrentProcess.isInUserNamespace else {
      let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
      try Namespaces.join(namespace, .network)
      do throws(SystemError) {
        try body()
      } catch {
        try Namespaces.join(home.lent, .network)
        throw error
      }
      return try Namespaces.join(home.lent, .network)
    }
    _ = try inChild(handsBack: false) { () throws(SystemError) in
      try Namespaces.join(namespace, .network)
      try body()
      return try openFile("/dev/null", [.readOnly])
    }
  }

  /// Makes a namespace, whose file `keep` is given before it is gone again.
  static func new(keep: (_ path: String) throws(SystemError) -> Void) throws(SystemError) {
    guard CurrentProcess.isInUserNamespace else {
      let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
      try Namespaces.unshare(.network)
      do throws(SystemError) {
        try keep("/proc/thread-self/ns/net")
        try setLoopbackUp()
      } catch {
        try Namespaces.join(home.lent, .network)
        throw error
      }
      return try Namespaces.join(home.lent, .network)
    }
    let received = try inChild(handsBack: true) { () throws(SystemError) in
      try Namespaces.unshare(.network)
      try setLoopbackUp()
      return try openFile("/proc/self/ns/net", [.readOnly])
    }
    guard let received else { throw SystemError("unshare", "net", .badFileDescriptor) }
    try keep("/proc/self/fd/\(received.lent.rawValue)")
  }

  private static func setLoopbackUp() throws(SystemError) {
    var session = RouteSession(try KernelSocket(.route))
    try session.setUp(true, Link.loopbackIndex)
  }

  /// Does something in a child, which hands a descriptor back or says why not.
  private static func inChild(
    handsBack: Bool, _ body: () throws(SystemError) -> OwnedDescriptor
  ) throws(SystemError) -> SharedDescriptor? {
    var pair = try SocketPair(.sequencedPacket)
    switch try Clone.clone() {
    case .child:
      answer(over: pair.second?.lent, handsBack: handsBack, body)
      // Mentioned so that it lives until here.
      pair.second = nil
      CurrentProcess.exit(0)
    case .parent(let child):
      pair.second = nil
      guard let own = pair.first?.lent else { return nil }
      let message = try own.receive(bytes: 16, descriptors: 1)
      _ = try child.wait()
      if let descriptor = message.descriptors.first { return descriptor }
      guard let code = message.bytes.first else {
        throw SystemError("enter network namespace", "", .ioError)
      }
      if code != 0 { throw SystemError("enter network namespace", "", Errno(rawValue: CInt(code))) }
      return nil
    }
  }

  private static func answer(
    over socket: FileDescriptor?, handsBack: Bool,
    _ body: () throws(SystemError) -> OwnedDescriptor
  ) {
    do throws(SystemError) {
      let descriptor = try body()
      try socket?.send([0], with: handsBack ? [descriptor.lent] : [])
    } catch {
      try? socket?.send([UInt8(clamping: error.errno.rawValue)], with: [])
    }
  }
}

/// Where the bridges are, and the firewall that they pass: the host's own namespace, or the one that
/// all bridges of a user share.
struct HostNamespace {
  /// Nil for the namespace that the process is in.
  var file: SharedDescriptor?

  func socket(_ part: KernelSocket.Part) throws(SystemError) -> KernelSocket {
    guard let file else { return try KernelSocket(part) }
    return try NamespaceVisit.socket(part, in: file.lent)
  }

  func routes() throws(SystemError) -> RouteSession<KernelSocket> {
    RouteSession(try socket(.route))
  }

  func perform(_ body: () throws(SystemError) -> Void) throws(SystemError) {
    guard let file else { return try body() }
    try NamespaceVisit.perform(in: file.lent, body)
  }
}
