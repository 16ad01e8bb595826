import CLinux
import Glibc

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
