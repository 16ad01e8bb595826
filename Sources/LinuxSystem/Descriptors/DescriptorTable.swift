import CLinux
import Glibc
public import SystemPackage

/// The table of this process's open descriptors.
public enum DescriptorTable {
  /// Marks all descriptors from this number on, so that the next execution closes them.
  /// See close_range(2), CLOSE_RANGE_CLOEXEC (Linux 5.11).
  public static func closeOnExecution(from first: CInt) throws(SystemError) {
    try closeRange(first, flags: UInt(CLOSE_RANGE_CLOEXEC))
  }

  /// Closes all descriptors from this number on. Nothing that owns one of them may be used any
  /// more.
  public static func closeAll(from first: CInt) throws(SystemError) {
    try closeRange(first, flags: 0)
  }

  /// Closes the descriptors of these numbers. Nothing that owns one of them may be used any more.
  public static func close(_ range: ClosedRange<CInt>) throws(SystemError) {
    try closeRange(range.lowerBound, range.upperBound, flags: 0)
  }

  /// Makes these numbers, where they are open, descriptors of another file, close-on-exec: whoever owns
  /// one may go on to close it, and nothing can be reached through it any more.
  ///
  /// - Parameter kept: stay what they are.
  public static func replace(
    _ range: Range<CInt>, with file: FileDescriptor, keeping kept: [FileDescriptor]
  ) throws(SystemError) {
    for number in range where !kept.contains(FileDescriptor(rawValue: number)) {
      guard number != file.rawValue, FileDescriptor(rawValue: number).isOpen else { continue }
      try systemCall("dup3", "descriptor \(number)") { dup3(file.rawValue, number, O_CLOEXEC) }
    }
  }

  private static func closeRange(
    _ first: CInt, _ last: CInt = .max, flags: UInt
  ) throws(SystemError) {
    do throws(SystemError) {
      try systemCall("close_range", "from \(first)") {
        clinux_syscall(
          Int(SYS_close_range), UInt(bitPattern: Int(first)), UInt(bitPattern: Int(last)), flags, 0,
          0, 0)
      }
    } catch  where error.errno == .noFunction || error.errno == .invalidArgument && flags != 0 {
      closeOneByOne(first, last, marking: flags != 0)
    }
  }

  /// Before Linux 5.9, and to mark before 5.11. It takes a tenth of a second.
  private static func closeOneByOne(_ first: CInt, _ last: CInt, marking: Bool) {
    // The kernel's NR_OPEN. A limit that was lowered since says nothing about what is open.
    let most: CInt = 1 << 20
    for number in first..<max(first, min(last, most - 1) + 1) {
      if marking {
        _ = clinux_fcntl(number, F_SETFD, Int(FD_CLOEXEC))
      } else {
        _ = Glibc.close(number)
      }
    }
  }
}

extension FileDescriptor {
  /// Another descriptor of the same open file, close-on-exec, with the lowest free number from
  /// `minimum` on.
  public func duplicated(minimum: CInt = 3) throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("dup", "descriptor \(rawValue)") {
      clinux_fcntl(rawValue, F_DUPFD_CLOEXEC, Int(minimum))
    }
    return OwnedDescriptor(owning: number)
  }

  /// Makes `number` a descriptor of the same open file, which the next execution keeps; what it was
  /// before is closed. The same number only loses its close-on-exec mark.
  public func install(as number: CInt) throws(SystemError) {
    if number == rawValue {
      try setCloseOnExecution(false)
    } else {
      try systemCall("dup2", "descriptor \(rawValue)") { Glibc.dup2(rawValue, number) }
    }
  }

  /// Whether the next execution closes this descriptor.
  public func setCloseOnExecution(_ closes: Bool) throws(SystemError) {
    try systemCall("fcntl F_SETFD", "descriptor \(rawValue)") {
      clinux_fcntl(rawValue, F_SETFD, closes ? Int(FD_CLOEXEC) : 0)
    }
  }

  /// Whether this number is an open descriptor.
  public var isOpen: Bool { clinux_fcntl(rawValue, F_GETFD, 0) >= 0 }

  /// Whether this number is a descriptor that is open, and that the next execution keeps: as those
  /// are that have come through one.
  public var isInherited: Bool {
    let flags = clinux_fcntl(rawValue, F_GETFD, 0)
    return flags >= 0 && flags & FD_CLOEXEC == 0
  }

  /// Whether reading waits for data.
  public func setNonBlocking(_ isNonBlocking: Bool) throws(SystemError) {
    let flags = try systemCall("fcntl F_GETFL", "descriptor \(rawValue)") {
      clinux_fcntl(rawValue, F_GETFL, 0)
    }
    let new = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
    try systemCall("fcntl F_SETFL", "descriptor \(rawValue)") {
      clinux_fcntl(rawValue, F_SETFL, Int(new))
    }
  }
}
