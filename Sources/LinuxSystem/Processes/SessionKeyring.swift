import CLinux
import Glibc
import SystemPackage

/// The keys that a session of processes holds. See session-keyring(7).
public struct SessionKeyring: Sendable {
  private let serial: UInt

  /// Permissions of keyctl_setperm(3) that are given beside those that a keyring has.
  public struct Permissions: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The keyring's user may search it.
    public static let userSearch = Permissions(rawValue: 0x08_0000)
    /// Everybody may search it.
    public static let otherSearch = Permissions(rawValue: 0x08)
  }

  /// Makes the keyring of this name this process's session keyring: a new one, or an existing one
  /// that this process may search. `ENOSYS` on a kernel without keyrings.
  public static func join(_ name: String) throws(SystemError) -> SessionKeyring {
    let serial = try systemCall("keyctl KEYCTL_JOIN_SESSION_KEYRING", name) {
      name.withCString {
        clinux_syscall(Int(SYS_keyctl), 1, UInt(bitPattern: $0), 0, 0, 0, 0)
      }
    }
    return SessionKeyring(serial: UInt(serial))
  }

  /// Adds permissions to those that the keyring has.
  public func allow(_ permissions: Permissions) throws(SystemError) {
    let present = try describedPermissions()
    try systemCall("keyctl KEYCTL_SETPERM", "keyring \(serial)") {
      clinux_syscall(
        Int(SYS_keyctl), 5, serial, UInt(present | permissions.rawValue), 0, 0, 0)
    }
  }

  /// The description is `type;uid;gid;permissions in hex;name`, and its length is returned.
  private func describedPermissions() throws(SystemError) -> UInt32 {
    var text = [UInt8](repeating: 0, count: 512)
    let length = try systemCall("keyctl KEYCTL_DESCRIBE", "keyring \(serial)") {
      text.withUnsafeMutableBytes {
        clinux_syscall(
          Int(SYS_keyctl), 6, serial, UInt(bitPattern: $0.baseAddress), UInt($0.count), 0, 0)
      }
    }
    let fields = text.prefix(length).split(
      separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard fields.count >= 5,
      let permissions = UInt32(String(decoding: fields[3], as: UTF8.self), radix: 16)
    else {
      throw SystemError("keyctl KEYCTL_DESCRIBE", "keyring \(serial)", .invalidArgument)
    }
    return permissions
  }
}
