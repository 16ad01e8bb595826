import CLinux
import Glibc

/// The processors that a thread may run on. See sched_setaffinity(2).
public enum ProcessorAffinity {
  /// Restricts a process, 0 for this one. Processors that are not there or not in its cpuset are
  /// left out; none left is `EINVAL`.
  public static func set(_ processors: NumberSet, of process: ProcessID = 0) throws(SystemError) {
    try systemCall("sched_setaffinity", "process \(process)") {
      processors.words.withUnsafeBytes {
        clinux_syscall(
          Int(SYS_sched_setaffinity), UInt(bitPattern: Int(process)), UInt($0.count),
          UInt(bitPattern: $0.baseAddress), 0, 0, 0)
      }
    }
  }

  /// The processors of a process, 0 for this one.
  public static func current(of process: ProcessID = 0) throws(SystemError) -> NumberSet {
    var words = [UInt](repeating: 0, count: NumberSet.limit / 64)
    let length = try systemCall("sched_getaffinity", "process \(process)") {
      words.withUnsafeMutableBytes {
        clinux_syscall(
          Int(SYS_sched_getaffinity), UInt(bitPattern: Int(process)), UInt($0.count),
          UInt(bitPattern: $0.baseAddress), 0, 0, 0)
      }
    }
    var set = NumberSet()
    for number in 0..<min(length * 8, words.count * 64)
    where words[number / 64] & (1 << (number % 64)) != 0 {
      set.insert(number)
    }
    return set
  }

  /// Lets a process, 0 for this one, run on all processors that its cpuset has.
  public static func reset(of process: ProcessID = 0) throws(SystemError) {
    try set(.all(below: 8192), of: process)
  }
}
