import Glibc
import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

/// A host of its own: a network namespace, a folder for definitions and state, and containers in
/// it. All of it is gone with the object; the machine's own network is never touched.
final class Lab {
  let folder: String
  let service: NetworkService
  private let home: OwnedDescriptor
  /// This host's namespace.
  private let host: SharedDescriptor
  private(set) var namespaces: [String] = []
  static let isRoot = CurrentProcess.effectiveUserID == 0

  init(nameServer: String? = nil) throws {
    var template = Array("/tmp/networking-test-XXXXXX".utf8CString)
    folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    home = try openFile("/proc/thread-self/ns/net", [.readOnly])
    var configuration = NetworkConfiguration(
      definitions: "\(folder)/networks", runFolder: "\(folder)/run", isRootless: false)
    configuration.nameServerProgram = nameServer
    service = NetworkService(configuration)
    try Namespaces.unshare(.network)
    host = SharedDescriptor(try openFile("/proc/thread-self/ns/net", [.readOnly]))
    var session = RouteSession(try KernelSocket(.route))
    try session.setUp(true, Link.loopbackIndex)
  }

  deinit {
    for namespace in namespaces { try? NetworkNamespace.remove(at: namespace) }
    try? Namespaces.join(home.lent, .network)
    if let parent = try? openFile("/tmp", [.readOnly, .directory]) {
      try? parent.lent.removeTree(String(folder.dropFirst("/tmp/".count)))
    }
  }

  /// A new namespace by its file.
  func namespace(_ name: String) throws -> String {
    let path = "\(folder)/netns/\(name)"
    try NetworkNamespace.create(at: path)
    namespaces.append(path)
    return path
  }

  func removeNamespace(_ path: String) throws {
    try NetworkNamespace.remove(at: path)
    namespaces.removeAll { $0 == path }
  }

  /// A container's request: its id is the name's letters, repeated.
  func container(
    _ name: String, _ networks: [String] = ["podman"], ports: [PortMapping] = []
  ) throws -> ContainerNetworks {
    let id = String(String(repeating: name, count: 64).prefix(64))
    return ContainerNetworks(
      containerID: id, containerName: name, namespace: try namespace(name),
      attachments: networks.map { NetworkAttachment(network: $0) }, ports: ports)
  }

  /// Does something in a namespace.
  func inside<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let file = try openFile(path, [.readOnly])
    try Namespaces.join(file.lent, .network)
    defer { try? Namespaces.join(host.lent, .network) }
    return try body()
  }

  /// Joins another host to this one by a line: `address` is its own, `gateway` this host's.
  func addNeighbour(_ name: String, _ address: String, gateway: String) throws -> String {
    let path = try namespace(name)
    let file = try openFile(path, [.readOnly])
    var peer = NewLink.Peer(name: "line")
    peer.namespace = file.number
    let link = NewLink(name: "to-\(name)", .veth(peer: peer))
    var session = RouteSession(try KernelSocket(.route))
    try session.add(link)
    try session.setUp(true, try session.link(named: link.name).index)
    let own = try #require(IPAddress(gateway))
    let other = try #require(IPAddress(address))
    let length: UInt8 = own.isV6 ? 64 : 24
    try session.add(
      Address(own.bytes, prefixLength: length), to: try session.link(named: link.name).index)
    var far = try NetworkNamespace.session(in: file.lent)
    let index = try far.link(named: "line").index
    try far.setUp(true, index)
    try far.add(Address(other.bytes, prefixLength: length), to: index)
    try far.add(
      Route(
        to: [UInt8](repeating: 0, count: other.bytes.count), prefixLength: 0, gateway: own.bytes,
        linkIndex: index))
    return path
  }

  func links() throws -> [Link] {
    var session = RouteSession(try KernelSocket(.route))
    return try session.links()
  }
}

/// A server that waits for one connection.
struct Listener {
  let socket: SharedDescriptor
  let port: UInt16

  init(_ port: UInt16, _ address: String = "::") throws {
    self.port = port
    let bytes = try #require(IPAddress(address)).bytes
    socket = SharedDescriptor(
      try InternetSocket.bind(
        .tcp, to: .init(address: bytes, port: port), [.reusesAddress, .nonBlocking]))
    try InternetSocket.listen(socket.lent)
  }

  /// Who has connected; nil for nobody within a second.
  func peer() throws -> IPAddress? {
    guard try socket.lent.isReadable(within: 1000),
      let (connection, peer) = try InternetSocket.accept(socket.lent)
    else { return nil }
    withExtendedLifetime(connection) {}
    // An IPv4 address comes as ::ffff:a.b.c.d.
    let isMapped =
      peer.address.count == 16
      && peer.address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
    return IPAddress(bytes: isMapped ? Array(peer.address.suffix(4)) : peer.address)
  }
}

/// Connects, and returns the connection; nil if nobody answers within the time.
func connect(_ address: String, _ port: UInt16, milliseconds: Int = 300) throws -> SharedDescriptor?
{
  let target = try #require(IPAddress(address))
  let socket = SharedDescriptor(
    try InternetSocket.open(.tcp, isV6: target.isV6, .nonBlocking))
  do throws(SystemError) {
    try InternetSocket.connect(socket.lent, to: .init(address: target.bytes, port: port))
    return socket
  } catch {
    if [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH].contains(error.errno.rawValue) { return nil }
    guard error.errno == Errno(rawValue: EINPROGRESS) else { throw error }
  }
  var item = pollfd(fd: socket.lent.rawValue, events: Int16(POLLOUT), revents: 0)
  guard poll(&item, 1, CInt(milliseconds)) > 0, item.revents & Int16(POLLERR) == 0 else {
    return nil
  }
  return socket
}
