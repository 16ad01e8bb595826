import CLinux
import Glibc
public import SystemPackage

/// A pipe: what is written to one end is read from the other. See pipe(2).
///
/// The ends are optional so that each can be closed by itself: `pipe.writing = nil`.
public struct Pipe: ~Copyable, Sendable {
  public var reading: OwnedDescriptor?
  public var writing: OwnedDescriptor?

  /// Makes one, both ends close-on-exec.
  public init() throws(SystemError) {
    var ends: (CInt, CInt) = (-1, -1)
    try withUnsafeMutableBytes(of: &ends) { (ends) throws(SystemError) in
      let numbers = ends.bindMemory(to: CInt.self)
      try systemCall("pipe2") { pipe2(numbers.baseAddress, O_CLOEXEC) }
    }
    reading = OwnedDescriptor(owning: ends.0)
    writing = OwnedDescriptor(owning: ends.1)
  }
}

extension FileDescriptor {
  /// Lets this pipe hold a megabyte, or what the system allows: fewer switches between its ends. That
  /// it holds less is no failure. See F_SETPIPE_SZ(2const).
  public func growPipe() { _ = clinux_fcntl(rawValue, F_SETPIPE_SZ, 1 << 20) }
}
