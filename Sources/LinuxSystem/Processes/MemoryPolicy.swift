import CLinux
import Glibc

/// From which NUMA nodes a thread gets its memory. See set_mempolicy(2).
public struct MemoryPolicy: Equatable, Sendable {
  public enum Mode: UInt, Sendable {
    case `default` = 0
    case preferred = 1
    case bind = 2
    case interleave = 3
    case local = 4
    case preferredMany = 5
    case weightedInterleave = 6
  }

  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }

    public static let staticNodes = Flags(rawValue: 1 << 15)
    public static let relativeNodes = Flags(rawValue: 1 << 14)
    public static let numaBalancing = Flags(rawValue: 1 << 13)
  }

  public var mode: Mode
  public var flags: Flags
  public var nodes: NumberSet

  public init(mode: Mode, flags: Flags = [], nodes: NumberSet = NumberSet()) {
    self.mode = mode
    self.flags = flags
    self.nodes = nodes
  }

  /// Gives this thread the policy; children and executions inherit it. `ENOSYS` on a kernel without
  /// NUMA.
  public func install() throws(SystemError) {
    try systemCall("set_mempolicy") {
      nodes.words.withUnsafeBufferPointer {
        // The kernel takes one from the count of bits.
        clinux_syscall(
          Int(SYS_set_mempolicy), mode.rawValue | flags.rawValue,
          $0.isEmpty ? 0 : UInt(bitPattern: $0.baseAddress),
          $0.isEmpty ? 0 : UInt($0.count * 64 + 1), 0, 0, 0)
      }
    }
  }
}
