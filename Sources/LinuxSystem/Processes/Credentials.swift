import CLinux
import Glibc

/// The users and groups of this process. See credentials(7).
///
/// The calls are made without the C library, which would first send a signal to all other threads
/// to do the same: these programs have none.
public enum Credentials {
  /// Replaces the supplementary groups. See setgroups(2).
  public static func setSupplementaryGroups(_ groups: [UInt32]) throws(SystemError) {
    try systemCall("setgroups") {
      groups.withUnsafeBufferPointer {
        clinux_syscall(
          Int(SYS_setgroups), UInt($0.count), UInt(bitPattern: $0.baseAddress), 0, 0, 0, 0)
      }
    }
  }

  /// The supplementary groups.
  public static func supplementaryGroups() throws(SystemError) -> [UInt32] {
    let count = try systemCall("getgroups") { getgroups(0, nil) }
    guard count > 0 else { return [] }
    var groups = [UInt32](repeating: 0, count: Int(count))
    let filled = try systemCall("getgroups") { getgroups(count, &groups) }
    return Array(groups.prefix(Int(filled)))
  }

  /// Sets the real, effective and saved user. `EINVAL` for one that has no number in our user
  /// namespace. Without `Capabilities.setKeptOnUserChange` a change from 0 drops all capabilities.
  public static func setUser(_ user: UInt32) throws(SystemError) {
    try systemCall("setresuid", "user \(user)") {
      clinux_syscall(Int(SYS_setresuid), UInt(user), UInt(user), UInt(user), 0, 0, 0)
    }
  }

  /// Sets the real, effective and saved group. `EINVAL` for one that has no number in our user
  /// namespace.
  public static func setGroup(_ group: UInt32) throws(SystemError) {
    try systemCall("setresgid", "group \(group)") {
      clinux_syscall(Int(SYS_setresgid), UInt(group), UInt(group), UInt(group), 0, 0, 0)
    }
  }
}
