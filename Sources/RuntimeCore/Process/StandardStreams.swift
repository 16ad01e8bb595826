import LinuxSystem
import SystemPackage

/// Standard input, output and error of a process of a container.
enum StandardStreams {
  /// Gives them to a user, so that he can open /dev/stdout and his terminal anew.
  ///
  /// Only terminals and pipes: the owner of any other file is the caller's affair, and what is open
  /// here may have been put in its place by an image.
  static func giveTo(_ user: UInt32) throws(SystemError) {
    for stream in [FileDescriptor.standardInput, .standardOutput, .standardError] {
      do throws(SystemError) {
        try give(stream, to: user)
      } catch {
        // A closed stream; an owner that has no number in our user namespace; a read-only /dev. The
        // process can use the stream that it has all the same.
        guard canBePassedOver(error.errno) else { throw error }
      }
    }
  }

  private static func give(_ stream: FileDescriptor, to user: UInt32) throws(SystemError) {
    let status = try stream.status()
    if status.uid != user, status.kind == .fifo || stream.isTerminal {
      try stream.changeOwner(uid: user, gid: .max)
    }
  }

  private static func canBePassedOver(_ reason: Errno) -> Bool {
    switch reason {
    case .badFileDescriptor, .notPermitted, .invalidArgument, .readOnlyFileSystem: true
    default: false
    }
  }
}
