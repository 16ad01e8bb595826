import Glibc
public import SystemPackage

/// A file descriptor with exactly one owner, closed when its owner goes.
///
/// Code that only uses a descriptor takes the `FileDescriptor` that `lent` gives, and never closes
/// it. Every descriptor of these programs is opened close-on-exec.
///
/// In code that never returns, as a child's that ends in `exit` or in another program, the compiler
/// ends an owner's life right after it is last mentioned: there `owner.lent.write…` as the last
/// mention would write to a closed descriptor. Such code passes the owner on as a `borrowing`
/// parameter, or closes it after its last use.
///
/// A collection of owners ends right after it is last mentioned in any code: `owners.map(\.lent)` as the
/// last mention gives closed descriptors. `withExtendedLifetime(owners)` keeps them.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// The descriptor, lent: valid while this owner lives.
  public let lent: FileDescriptor

  /// Takes over an open descriptor.
  public init(owning descriptor: FileDescriptor) { lent = descriptor }

  /// Takes over an open descriptor by its number.
  public init(owning number: CInt) { lent = FileDescriptor(rawValue: number) }

  /// The descriptor's number.
  public var number: CInt { lent.rawValue }

  /// Gives the descriptor up without closing it: to a program that is executed next, or to C.
  public consuming func release() -> FileDescriptor {
    let descriptor = lent
    discard self
    return descriptor
  }

  /// Closes the descriptor where a failure to do so matters, as after a write.
  public consuming func close() throws(SystemError) {
    let number = lent.rawValue
    discard self
    // Linux closes the descriptor even when it reports EINTR; a second call could hit another's.
    if Glibc.close(number) < 0, currentErrno() != .interrupted {
      throw SystemError("close", "descriptor \(number)", currentErrno())
    }
  }

  deinit { _ = Glibc.close(lent.rawValue) }
}

/// An owned descriptor that several places or a collection hold; closed when the last of them goes.
public final class SharedDescriptor: Sendable {
  private let owned: OwnedDescriptor

  public init(_ owned: consuming OwnedDescriptor) { self.owned = owned }

  /// The descriptor, lent: valid while this object lives.
  public var lent: FileDescriptor { owned.lent }
}
