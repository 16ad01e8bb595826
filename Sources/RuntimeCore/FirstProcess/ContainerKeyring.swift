import LinuxSystem
import SystemPackage

/// The container's session keyring, so that it shares no keys with whoever started it. See keyrings(7).
enum ContainerKeyring {
  /// Makes the keyring, and lets the container's processes find it.
  static func make(_ id: String, inUserNamespace: Bool, log: RuntimeLog) throws {
    guard let keyring = try join(id, log: log) else { return }
    // In a user namespace the container's root is not the keyring's owner by the kernel's eyes.
    try step("allowing the search of the session keyring") {
      try keyring.allow(inUserNamespace ? .otherSearch : .userSearch)
    }
  }

  /// Joins the container's keyring; nothing is done on a kernel without keyrings.
  @discardableResult
  static func join(_ id: String, log: RuntimeLog) throws -> SessionKeyring? {
    do throws(SystemError) {
      return try SessionKeyring.join("_ses.\(id)")
    } catch where error.errno == .noFunction {
      log.warning("the kernel has no keyrings: the container keeps the caller's session keyring")
      return nil
    } catch {
      throw RuntimeError.step("joining the session keyring", error)
    }
  }
}
