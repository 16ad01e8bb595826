import LinuxSystem
import SystemPackage

/// The socket over which a runtime hands out the controlling end of a terminal that it made.
final class ConsoleSocket {
  private let listener: SharedDescriptor
  private let folder: FileDescriptor
  private let name: String
  /// What the runtime is told.
  let path: String

  /// An address holds 107 bytes: where the folder's own path is too long, it is reached by the
  /// monitor's descriptor of it.
  init(_ name: String, folder: FileDescriptor, folderPath: String) throws {
    self.folder = folder
    self.name = name
    try? folder.removeFile(name)
    let whole = "\(folderPath)/\(name)"
    path =
      whole.utf8.count < 104
      ? whole : "/proc/\(CurrentProcess.id)/fd/\(folder.rawValue)/\(name)"
    listener = SharedDescriptor(try UnixSocket.listen(.stream, at: path))
    try listener.lent.setNonBlocking(true)
  }

  deinit { try? folder.removeFile(name) }

  /// Takes the terminal. The runtime has ended well, so that it was sent.
  func receive() throws -> SharedDescriptor {
    let connection = try UnixSocket.accept(listener.lent)
    guard try connection.lent.isReadable(within: 1000) else {
      throw SystemError("receive", "the terminal", .timedOut)
    }
    let message = try connection.lent.receive(bytes: 4096, descriptors: 1)
    guard let terminal = message.descriptors.first, terminal.lent.isTerminal else {
      throw SystemError("receive", "the terminal", .invalidArgument)
    }
    return terminal
  }
}
