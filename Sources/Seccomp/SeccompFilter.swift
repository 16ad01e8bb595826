import CLinux
import CSeccomp
public import LinuxSystem
import SystemPackage

/// A system call filter that the kernel can be given as it is.
public struct SeccompFilter: Equatable, Sendable {
  /// The program; 1 to `maximumLength` instructions.
  public let instructions: [FilterInstruction]
  /// With which flags it is loaded.
  public let flags: Flags

  /// The longest program that the kernel takes, in instructions (BPF_MAXINSNS).
  public static let maximumLength = 4096

  init(instructions: [FilterInstruction], flags: Flags) {
    self.instructions = instructions
    self.flags = flags
  }

  /// Whether a process decides about some calls, and loading gives the descriptor to do so.
  public var notifies: Bool { flags.contains(.newListener) }

  /// Puts the filter on the calling thread, for good.
  ///
  /// It allocates nothing and makes this one system call. It needs CAP_SYS_ADMIN in the user
  /// namespace of the process or its `no_new_privs`; without either it fails with EACCES. The filter
  /// binds the very next call, that which sends the listener's descriptor on included.
  ///
  /// - Returns: for a filter that `notifies`, the descriptor for seccomp_unotify(2); the kernel opens it
  ///   close-on-exec.
  public func load() throws(SystemError) -> OwnedDescriptor? {
    let value = instructions.withUnsafeBytes { bytes in
      var program = sock_fprog(
        len: UInt16(clamping: instructions.count),
        filter: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
          .assumingMemoryBound(to: sock_filter.self))
      return withUnsafePointer(to: &program) {
        clinux_syscall(
          Int(SYS_seccomp), UInt(SECCOMP_SET_MODE_FILTER), UInt(flags.rawValue),
          UInt(bitPattern: $0), 0, 0, 0)
      }
    }
    guard value >= 0 else { throw SystemError("seccomp", "filter", currentErrno()) }
    // With TSYNC but without TSYNC_ESRCH a positive result is a thread that could not follow.
    guard notifies else {
      guard value == 0 else { throw SystemError("seccomp", "thread \(value)", .noSuchProcess) }
      return nil
    }
    return OwnedDescriptor(owning: CInt(truncatingIfNeeded: value))
  }

  /// The flags of seccomp(2), SECCOMP_SET_MODE_FILTER.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// All threads get the filter.
    public static let threadSync = Self(rawValue: 1 << 0)
    /// Every action but `allow` is logged.
    public static let log = Self(rawValue: 1 << 1)
    /// The mitigation of speculative store bypass stays off.
    public static let speculationAllow = Self(rawValue: 1 << 2)
    /// Loading gives a descriptor on which another process answers for `notify`.
    public static let newListener = Self(rawValue: 1 << 3)
    /// A thread that cannot follow is ESRCH, not its number: a descriptor is a number as well.
    public static let threadSyncError = Self(rawValue: 1 << 4)
    /// A call that waits for its answer is interrupted by deadly signals alone.
    public static let waitKillable = Self(rawValue: 1 << 5)
  }
}
