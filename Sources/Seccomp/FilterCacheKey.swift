import CSeccomp
import Glibc
import RuntimeSpec

/// The name under which a compiled profile is kept: a digest of all that the program depends on.
struct FilterCacheKey: Equatable {
  /// The digest's bytes.
  let bytes: [UInt8]

  /// Counts up whenever the same profile would compile to another program, or the file's format
  /// changes.
  private static let compilerVersion: UInt32 = 2

  init(_ profile: Spec.Linux.Seccomp) {
    var digest = Blake2b()
    digest.update(Self.compilerVersion)
    let version = LibseccompVersion.numbers
    digest.update(version.0)
    digest.update(version.1)
    digest.update(version.2)
    digest.update(seccomp_arch_native())
    // Which actions and flags there are depends on the kernel.
    digest.updateWithKernel()
    digest.update(profile)
    bytes = digest.finish()
  }

  /// The file's name: 64 hexadecimal digits.
  var fileName: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { name in
      for (index, byte) in bytes.enumerated() {
        name[2 * index] = digits[Int(byte >> 4)]
        name[2 * index + 1] = digits[Int(byte & 15)]
      }
      return 2 * bytes.count
    }
  }
}

/// The canonical form of a profile: every list with its length, every string with its, every optional
/// with a byte that says whether it is there, so that no two profiles have the same.
extension Blake2b {
  fileprivate mutating func update(_ profile: Spec.Linux.Seccomp) {
    update(profile.defaultAction.rawValue)
    update(profile.defaultErrnoRet)
    update(count: profile.architectures)
    for architecture in profile.architectures ?? [] { update(architecture.rawValue) }
    // No list of flags stands for a default, an empty one for none.
    update(UInt8(profile.flags == nil ? 0 : 1))
    update(count: profile.flags)
    for flag in profile.flags ?? [] { update(flag.rawValue) }
    // Where the listener is does not change the program, but whether there is one is checked with it.
    update(UInt8((profile.listenerPath ?? "").isEmpty ? 0 : 1))
    update(UInt8((profile.listenerMetadata ?? "").isEmpty ? 0 : 1))
    update(count: profile.syscalls)
    for rule in profile.syscalls ?? [] {
      update(count: rule.names)
      for name in rule.names { update(name) }
      update(rule.action.rawValue)
      update(rule.errnoRet)
      update(count: rule.args)
      for argument in rule.args ?? [] {
        update(UInt64(argument.index))
        update(argument.op.rawValue)
        update(argument.value)
        update(argument.valueTwo ?? 0)
      }
    }
  }

  fileprivate mutating func updateWithKernel() {
    var name = utsname()
    guard uname(&name) == 0 else { return }
    withUnsafeBytes(of: &name.release) { update($0) }
    withUnsafeBytes(of: &name.version) { update($0) }
    withUnsafeBytes(of: &name.machine) { update($0) }
  }

  private mutating func update(_ number: UInt?) {
    update(UInt8(number == nil ? 0 : 1))
    update(UInt64(number ?? 0))
  }

  private mutating func update(count list: [some Any]?) {
    update(UInt32(truncatingIfNeeded: list?.count ?? 0))
  }
}
