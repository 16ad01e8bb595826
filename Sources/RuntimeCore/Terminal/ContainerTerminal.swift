import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Where the controlling end of a container's terminal goes: to the socket that the caller named, or
/// to the runtime itself, which then serves the terminal.
struct ConsoleSocket {
  private let ours: SharedDescriptor?
  /// The end that the container's process writes to.
  let sender: SharedDescriptor

  /// Connects to the caller's socket before the process exists, whose view holds no such path.
  ///
  /// - Returns: `nil` for a process without a terminal.
  static func make(_ process: Spec.Process, path: String?) throws -> ConsoleSocket? {
    guard process.terminal ?? false else { return nil }
    if let path {
      return try step("connecting to the console socket") {
        let socket = try UnixSocket.connect(.stream, to: try absolutePath(path))
        return ConsoleSocket(ours: nil, sender: SharedDescriptor(socket))
      }
    }
    var pair = try SocketPair(.stream)
    guard let ours = pair.first.take(), let theirs = pair.second.take() else { return nil }
    return ConsoleSocket(ours: SharedDescriptor(ours), sender: SharedDescriptor(theirs))
  }

  private init(ours: SharedDescriptor?, sender: SharedDescriptor) {
    self.ours = ours
    self.sender = sender
  }

  /// Checks that a terminal has somebody to serve it: the runtime, or whoever it is sent to.
  static func check(_ process: Spec.Process, _ path: String?, isDetached: Bool) throws {
    let hasTerminal = process.terminal ?? false
    if hasTerminal, isDetached, path == nil {
      throw RuntimeError.invalid(
        field: "process.terminal",
        reason: "a detached process's terminal needs a receiver: give --console-socket")
    }
    if path != nil, !hasTerminal || !isDetached {
      throw RuntimeError.invalid(
        field: "--console-socket",
        reason: "it is only of use for a detached process with a terminal")
    }
  }

  /// Takes the terminal that the process has sent, if it was sent to the runtime itself.
  func receiveTerminal() throws -> SharedDescriptor? {
    guard let ours = ours else { return nil }
    let message = try ours.lent.receive(bytes: 4096, descriptors: 1)
    guard let terminal = message.descriptors.first else {
      throw RuntimeError.processFailed("the container's process sent no terminal")
    }
    return terminal
  }
}

/// The terminal of a process in a container, made in the container's own devpts.
struct ContainerTerminal {
  private let controller: SharedDescriptor
  private let terminal: SharedDescriptor
  private let number: CInt

  /// Makes a terminal. The process's root is the container's by now.
  ///
  /// The multiplexer is what devpts itself shows: /dev/ptmx may be anything in an image.
  init(size: Spec.Process.ConsoleSize?) throws {
    (controller, terminal, number) = try step("making a terminal from /dev/pts/ptmx") {
      let root = try openFile("/", [.path, .directory])
      let devpts = try root.lent.openWithoutLinks("dev/pts", [.path, .directory])
      guard try devpts.lent.fileSystemStatus(subject: "/dev/pts").type == .devpts else {
        throw RuntimeError.invalid(
          field: "process.terminal", reason: "no devpts is mounted on /dev/pts")
      }
      var pair = try Pseudoterminal("ptmx", in: devpts.lent)
      guard let controller = pair.controller.take(), let terminal = pair.terminal.take() else {
        throw SystemError("open", "ptmx", .badFileDescriptor)
      }
      return (SharedDescriptor(controller), SharedDescriptor(terminal), pair.number)
    }
    guard let size, size.height != 0 || size.width != 0 else { return }
    try controller.lent.setWindowSize(
      WindowSize(rows: UInt16(clamping: size.height), columns: UInt16(clamping: size.width)))
  }

  /// The end that the process reads and writes.
  var processEnd: FileDescriptor { terminal.lent }

  /// Sends the controlling end off, and makes the other this process's controlling terminal and
  /// its standard input, output and error.
  func hand(over socket: FileDescriptor) throws {
    try step("sending the terminal") {
      // The name tells the receiver which terminal of the container it is; runc sends the same.
      try socket.send(Array("/dev/pts/\(number)".utf8), with: [controller.lent])
    }
    for number in CInt(0)...2 { try terminal.lent.install(as: number) }
    try FileDescriptor.standardInput.becomeControllingTerminal()
  }
}
