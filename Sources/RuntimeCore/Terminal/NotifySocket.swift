import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The way of a service's "I am ready" from the container to the service manager. See sd_notify(3).
///
/// A caller with NOTIFY_SOCKET in its environment gets a socket of the container's own at
/// /run/notify, and of what is sent there only READY=1 is passed on, together with the number of
/// the process that the manager then watches. A container cannot name another process so.
struct NotifySocket {
  /// The manager's socket; a name that begins with `@` is of the abstract kind.
  private let manager: String
  /// The folder on the host that the container sees as /run/notify.
  private let folder: String

  private static let name = "notify.sock"
  private static let folderInContainer = "/run/notify"

  /// How long the manager may take to have read what it was sent, in milliseconds.
  private static let barrierPatience = 30_000

  /// - Returns: `nil` for a caller that is no service.
  init?(_ id: ContainerID, root: String) {
    guard let manager = CurrentProcess.environmentVariable("NOTIFY_SOCKET"), !manager.isEmpty
    else { return nil }
    self.manager = manager
    folder = "\(root)/\(id)/notify"
  }

  /// Lets the container see the socket, and its program know of it.
  func amend(_ spec: inout Spec) {
    let mount = Spec.Mount(
      destination: NotifySocket.folderInContainer, source: folder,
      options: ["bind", "nosuid", "noexec", "nodev", "ro"])
    spec.mounts = (spec.mounts ?? []) + [mount]
    let variable = "NOTIFY_SOCKET=\(NotifySocket.folderInContainer)/\(NotifySocket.name)"
    let environment = spec.process?.env ?? []
    spec.process?.env = environment + [variable]
  }

  /// Makes the folder that is mounted; the socket comes into it before the program starts.
  func makeFolder() throws { try makeDirectory(folder, mode: 0o755) }

  /// Makes the container's socket, which any user of the container may write to.
  func bind() throws -> SharedDescriptor {
    let mask = CurrentProcess.setFileCreationMask(0)
    defer { CurrentProcess.setFileCreationMask(mask) }
    let socket = try UnixSocket.listen(
      .datagram, at: "\(folder)/\(NotifySocket.name)", backlog: nil)
    try socket.lent.setNonBlocking(true)
    return SharedDescriptor(socket)
  }

  /// Waits until the container is ready, and tells the manager; or until its first process has ended.
  func forwardReady(from socket: SharedDescriptor, of process: borrowing ProcessHandle) throws {
    let poller = try Poller()
    try poller.add(socket.lent, .readable, token: 0)
    try poller.add(process.descriptor.lent, .readable, token: 1)
    while true {
      for event in try poller.wait() {
        if event.token == 1 { return }
        if try passOn(from: socket, mainProcess: process.id) { return }
      }
    }
  }

  /// Passes READY on if it has come.
  ///
  /// - Returns: whether it has.
  func passOn(from socket: SharedDescriptor, mainProcess: ProcessID) throws -> Bool {
    while let message = try? socket.lent.readSome(limit: 4096), !message.isEmpty {
      let lines = message.split(separator: UInt8(ascii: "\n"))
      guard let ready = lines.first(where: { $0.starts(with: Array("READY=".utf8)) }) else {
        continue
      }
      try step("notifying \(manager)") { try notify(Array(ready), mainProcess) }
      return true
    }
    return false
  }

  private func notify(_ ready: [UInt8], _ mainProcess: ProcessID) throws {
    let connection = try UnixSocket.connect(.datagram, to: manager)
    try connection.lent.writeAll(ready + Array("\n".utf8))
    try connection.lent.writeAll("MAINPID=\(mainProcess)\n")
    // The manager closes the pipe when it has come to this message: it has then read the others,
    // while this process, by which it tells who sent them, was still there.
    var pipe = try Pipe()
    if let end = pipe.writing.take() {
      try connection.lent.send(Array("BARRIER=1".utf8), with: [end.lent])
      try end.close()
    }
    _ = try pipe.reading?.lent.isReadable(within: NotifySocket.barrierPatience)
  }
}
