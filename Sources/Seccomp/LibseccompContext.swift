import CLinux
import CSeccomp
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// A filter under construction in libseccomp (seccomp_init(3)), freed with its owner.
final class LibseccompContext {
  private let context: scmp_filter_ctx

  /// A filter for one architecture without rules.
  ///
  /// - Parameter defaultAction: as `filterAction` gives it.
  init(
    defaultAction: UInt32, _ architecture: LibseccompArchitecture
  ) throws(LibseccompError) {
    guard let context = seccomp_init(defaultAction) else {
      throw LibseccompError(operation: "seccomp_init", errno: .invalidArgument)
    }
    self.context = context
    // It begins with the native one, and refuses others of another byte order.
    if architecture != .native {
      try check("seccomp_arch_add", seccomp_arch_add(context, architecture.token))
      try check(
        "seccomp_arch_remove",
        seccomp_arch_remove(context, LibseccompArchitecture.native.token))
    }
  }

  deinit { seccomp_release(context) }

  /// Adds a rule for a call, whose conditions must all hold.
  func addRule(
    action: UInt32, call: CInt, conditions: [scmp_arg_cmp]
  ) throws(LibseccompError) {
    try check(
      "seccomp_rule_add",
      seccomp_rule_add_array(
        context, action, call, UInt32(clamping: conditions.count), conditions))
  }

  /// Has the calls looked up in a binary tree instead of one after another.
  func useBinaryTree() throws(LibseccompError) {
    try check("seccomp_attr_set", seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))
  }

  /// The finished program.
  func instructions() throws(LibseccompError) -> [FilterInstruction] {
    let memory = OwnedDescriptor(owning: memfd_create("seccomp", CUnsignedInt(MFD_CLOEXEC)))
    guard memory.number >= 0 else {
      throw LibseccompError(operation: "memfd_create", errno: currentErrno())
    }
    try check("seccomp_export_bpf", seccomp_export_bpf(context, memory.number))
    let length = lseek(memory.number, 0, SEEK_END)
    guard length > 0 else {
      throw LibseccompError(operation: "seccomp_export_bpf", errno: .ioError)
    }
    let count = Int(length) / MemoryLayout<FilterInstruction>.stride
    var received = 0
    let instructions = [FilterInstruction](unsafeUninitializedCapacity: count) { buffer, filled in
      received = pread(
        memory.number, buffer.baseAddress, count * MemoryLayout<FilterInstruction>.stride, 0)
      filled = max(0, received) / MemoryLayout<FilterInstruction>.stride
    }
    guard received == length, instructions.count == count else {
      throw LibseccompError(operation: "read exported filter", errno: .ioError)
    }
    return instructions
  }

  /// libseccomp gives its errors as negated numbers.
  private func check(_ operation: String, _ result: CInt) throws(LibseccompError) {
    if result < 0 {
      throw LibseccompError(operation: operation, errno: Errno(rawValue: 0 &- result))
    }
  }
}

/// A failure of libseccomp.
struct LibseccompError: Error {
  var operation: String
  var errno: Errno
}

/// An architecture by libseccomp's token for it.
struct LibseccompArchitecture: Equatable {
  let token: UInt32

  /// That of this machine.
  static var native: Self { Self(token: seccomp_arch_native()) }

  private init(token: UInt32) { self.token = token }

  /// - Returns: nil for an architecture that this libseccomp does not know.
  init?(_ architecture: Spec.Linux.Seccomp.Architecture) {
    let prefix = "SCMP_ARCH_".utf8.count
    let name = String(architecture.rawValue.dropFirst(prefix)).lowercased()
    let token = seccomp_arch_resolve_name(name)
    if token == 0 { return nil }
    self.token = token
  }

  /// The native architecture and those of a profile, each once.
  static func all(
    of profile: Spec.Linux.Seccomp
  ) throws(SeccompProfileError) -> [(architecture: Self, field: String)] {
    var result: [(architecture: Self, field: String)] = [(native, "linux.seccomp")]
    for (index, name) in (profile.architectures ?? []).enumerated() {
      let field = "linux.seccomp.architectures[\(index)]"
      guard let architecture = Self(name) else {
        throw SeccompProfileError(
          field, .unsupportedByLibrary(name: name.rawValue, version: LibseccompVersion.string))
      }
      if !result.contains(where: { $0.architecture == architecture }) {
        result.append((architecture, field))
      }
    }
    return result
  }

  /// SCMP_ARCH_X32, libseccomp's own.
  private static let x32Token: UInt32 = 0x4000_003e
  /// AUDIT_ARCH_X86_64.
  static let x86_64AuditValue: UInt32 = 0xc000_003e
  /// The bit that tells the call numbers of x32 from those of x86-64.
  static let x32Bit: UInt32 = 1 << 30

  /// Whether this is x32, whose calls have bit 30 set in their numbers.
  var isX32: Bool { token == Self.x32Token }

  /// Whether this is s390 or s390x.
  var isS390: Bool { token & 0xffff == UInt32(EM_S390) }

  /// The AUDIT_ARCH_ value under which its calls reach a filter. x32 has none of its own.
  var auditValue: UInt32 { isX32 ? Self.x86_64AuditValue : token }

  /// The number of a call; nil when the architecture lacks it.
  func number(ofCall name: String) -> UInt32? {
    // Negative numbers stand for calls that another architecture has.
    UInt32(exactly: seccomp_syscall_resolve_name_arch(token, name))
  }
}

/// The version of libseccomp that this program was linked with.
public enum LibseccompVersion {
  /// `2.5.4`.
  public static var string: String {
    let (major, minor, micro) = numbers
    return "\(major).\(minor).\(micro)"
  }

  static var numbers: (UInt32, UInt32, UInt32) {
    guard let version = seccomp_version()?.pointee else { return (0, 0, 0) }
    return (version.major, version.minor, version.micro)
  }
}
