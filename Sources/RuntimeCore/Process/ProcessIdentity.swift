import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Whose rights a process of a container has: `process.user`.
struct ProcessIdentity {
  private let user: Spec.Process.User

  init(_ user: Spec.Process.User) { self.user = user }

  /// Becomes the user. What was permitted stays permitted, and nothing is effective but for user 0;
  /// `ProcessCapabilities.apply` then decides on both.
  func assume() throws {
    CurrentProcess.setFileCreationMask(user.umask ?? 0o022)
    try StandardStreams.giveTo(user.uid)
    try Capabilities.setKeptOnUserChange(true)
    try setGroups(user.additionalGids ?? [])
    try explain("process.user.gid") { () throws(SystemError) in
      try Credentials.setGroup(user.gid)
    }
    try explain("process.user.uid") { () throws(SystemError) in
      try Credentials.setUser(user.uid)
    }
    try Capabilities.setKeptOnUserChange(false)
  }

  /// In a user namespace that an ordinary user made, groups cannot be set at all: the caller's
  /// stay, as unmapped ones, and those that were asked for are passed over as in other runtimes.
  private func setGroups(_ groups: [UInt32]) throws {
    do throws(SystemError) {
      try Credentials.setSupplementaryGroups(groups)
    } catch {
      if error.errno == .notPermitted, ProcessIdentity.groupsAreFixed { return }
      guard error.errno == .invalidArgument else { throw error }
      throw RuntimeError.invalid(
        field: "process.user.additionalGids",
        reason: "one of the groups has no number in the user namespace")
    }
  }

  /// See "The /proc/PID/setgroups file" in user_namespaces(7).
  private static var groupsAreFixed: Bool {
    guard let answer = try? ProcFileSystem().read("self/setgroups", limit: 16) else { return false }
    return answer.starts(with: Array("deny".utf8))
  }

  private func explain(
    _ field: String, _ body: () throws(SystemError) -> Void
  ) throws {
    do throws(SystemError) {
      try body()
    } catch {
      guard error.errno == .invalidArgument else { throw error }
      throw RuntimeError.invalid(
        field: field,
        reason: "it has no number in the user namespace; see linux.uidMappings and"
          + " linux.gidMappings")
    }
  }
}
