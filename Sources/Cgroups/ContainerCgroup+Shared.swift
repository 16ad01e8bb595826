extension ContainerCgroup {
  /// Makes the cgroup for processes of the engine's own, as monitors: it has no limits, and may be there
  /// already, with others in it.
  ///
  /// A hierarchy where it cannot be made is left out.
  ///
  /// - Parameter pid: the process that systemd puts into its scope. With cgroupfs processes come in by
  ///   `entrance`.
  public mutating func createShared(containing pid: Int32) throws(CgroupError) {
    if let scope { return try scope.startUnlimited(containing: pid) }
    var usable: [Membership] = []
    var failure: CgroupError?
    for membership in memberships {
      do throws(CgroupError) {
        _ = try makeDirectory(of: membership)
        if membership.controllers.contains("cpuset") {
          try fillCpuset(membership.directory, membership.mountPoint)
        }
        usable.append(membership)
      } catch {
        failure = error
      }
    }
    memberships = usable
    if usable.isEmpty, let failure { throw failure }
  }
}
