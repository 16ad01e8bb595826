import CLinux
import Glibc

/// A set of capabilities. See capabilities(7); bit n stands for capability number n.
public struct Capabilities: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let systemAdministration = Capabilities(number: CAP_SYS_ADMIN)
  public static let setUserID = Capabilities(number: CAP_SETUID)
  public static let setGroupID = Capabilities(number: CAP_SETGID)
  public static let setCapabilities = Capabilities(number: CAP_SETPCAP)

  /// The names in the order of the kernel's numbers.
  public static let names: [StaticString] = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
    "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
    "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
    "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
  ]

  /// The set of the one capability of this number, from 0 to 63.
  init(number: some BinaryInteger) { rawValue = 1 << UInt64(number) }

  /// The set of the one capability of this name (`CAP_KILL`); `nil` for an unknown one.
  public init?(name: String) {
    for (number, known) in Capabilities.names.enumerated() where matches(known, name) {
      self.init(number: number)
      return
    }
    return nil
  }

  /// What the running kernel knows. A set of others is refused by it.
  public static func supported() -> Capabilities {
    var count = names.count
    while count > 0, !isKnown(count - 1) { count -= 1 }
    while count < 64, isKnown(count) { count += 1 }
    return count == 64 ? Capabilities(rawValue: .max) : Capabilities(rawValue: (1 << count) - 1)
  }

  private static func isKnown(_ number: Int) -> Bool {
    clinux_prctl(PR_CAPBSET_READ, UInt(number), 0, 0, 0) >= 0
  }

  /// The numbers in this set, rising.
  var numbers: some Sequence<Int> { (0..<64).lazy.filter { rawValue & (1 << $0) != 0 } }
}

/// Compares without making a string of the constant.
private func matches(_ constant: StaticString, _ text: String) -> Bool {
  text.utf8.elementsEqual(
    UnsafeBufferPointer(start: constant.utf8Start, count: constant.utf8CodeUnitCount))
}

/// The three sets of a thread that capset(2) changes.
public struct ThreadCapabilities: Equatable, Sendable {
  /// What the kernel checks.
  public var effective: Capabilities
  /// What may become effective.
  public var permitted: Capabilities
  /// What an execution keeps of a file that has it inheritable too.
  public var inheritable: Capabilities

  public init(effective: Capabilities, permitted: Capabilities, inheritable: Capabilities) {
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
  }

  /// The sets of this thread.
  public static func current() throws(SystemError) -> ThreadCapabilities {
    var header = header
    var data = (__user_cap_data_struct(), __user_cap_data_struct())
    try systemCall("capget") {
      withUnsafeMutableBytes(of: &data) {
        clinux_capget(&header, $0.assumingMemoryBound(to: __user_cap_data_struct.self).baseAddress)
      }
    }
    return ThreadCapabilities(
      effective: join(data.0.effective, data.1.effective),
      permitted: join(data.0.permitted, data.1.permitted),
      inheritable: join(data.0.inheritable, data.1.inheritable))
  }

  /// Gives this thread these sets. A set beyond what it may have fails with `EPERM`.
  public func install() throws(SystemError) {
    var header = ThreadCapabilities.header
    var data = (word(0), word(32))
    try systemCall("capset") {
      withUnsafeMutableBytes(of: &data) {
        clinux_capset(&header, $0.assumingMemoryBound(to: __user_cap_data_struct.self).baseAddress)
      }
    }
  }

  private static var header: __user_cap_header_struct {
    __user_cap_header_struct(version: UInt32(_LINUX_CAPABILITY_VERSION_3), pid: 0)
  }

  private static func join(_ low: UInt32, _ high: UInt32) -> Capabilities {
    Capabilities(rawValue: UInt64(high) << 32 | UInt64(low))
  }

  private func word(_ shift: UInt64) -> __user_cap_data_struct {
    __user_cap_data_struct(
      effective: UInt32(truncatingIfNeeded: effective.rawValue >> shift),
      permitted: UInt32(truncatingIfNeeded: permitted.rawValue >> shift),
      inheritable: UInt32(truncatingIfNeeded: inheritable.rawValue >> shift))
  }
}

extension Capabilities {
  /// Takes these out of what this thread and its descendants can ever get. Needs CAP_SETPCAP.
  public func dropFromBounding() throws(SystemError) {
    for number in numbers {
      try CurrentProcess.prctl("PR_CAPBSET_DROP", PR_CAPBSET_DROP, UInt(number))
    }
  }

  /// What this thread can still get.
  public static func bounding() -> Capabilities {
    var set: Capabilities = []
    for number in 0..<64 {
      let answer = clinux_prctl(PR_CAPBSET_READ, UInt(number), 0, 0, 0)
      if answer < 0 { break }
      if answer == 1 { set.insert(Capabilities(number: number)) }
    }
    return set
  }

  /// Takes all out of what an execution of an ordinary file keeps.
  public static func clearAmbient() throws(SystemError) {
    try CurrentProcess.prctl("PR_CAP_AMBIENT", PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL))
  }

  /// Lets an execution of an ordinary file keep these, which are permitted and inheritable;
  /// `EPERM` for those that are not.
  public func raiseAmbient() throws(SystemError) {
    for number in numbers {
      try CurrentProcess.prctl(
        "PR_CAP_AMBIENT", PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_RAISE), UInt(number))
    }
  }

  /// What an execution of an ordinary file keeps.
  public static func ambient() -> Capabilities {
    var set: Capabilities = []
    for number in 0..<64 {
      let answer = clinux_prctl(
        PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_IS_SET), UInt(number), 0, 0)
      if answer < 0 { break }
      if answer == 1 { set.insert(Capabilities(number: number)) }
    }
    return set
  }

  /// Whether a change of all user numbers from 0 keeps what is permitted; an execution ends it.
  public static func setKeptOnUserChange(_ isKept: Bool) throws(SystemError) {
    try CurrentProcess.prctl("PR_SET_KEEPCAPS", PR_SET_KEEPCAPS, isKept ? 1 : 0)
  }

  /// The names of what is in this set; what has none is left out.
  public var names: [String] {
    numbers.compactMap { $0 < Self.names.count ? Self.names[$0].description : nil }
  }
}
