extension ContainerCgroup {
  /// The record as `create` would leave it: with the directories above that are missing now.
  ///
  /// Written down before `create`, it lets a later command remove what a `create` that was killed half
  /// way has made. A directory that another container comes to use meanwhile is not empty then, and
  /// stays.
  public var plannedRecord: Record {
    var planned = record
    if scope == nil {
      planned.createdParents = memberships.flatMap { missingParents(of: $0).map(\.path) }
    }
    return planned
  }

  /// The directories above one that are not there, the outermost first.
  func missingParents(of membership: Membership) -> [ControlDirectory] {
    var missing: [ControlDirectory] = []
    var parent = membership.directory.parent
    while parent.path != membership.mountPoint, parent.path != "/", !parent.exists {
      missing.append(parent)
      parent = parent.parent
    }
    return missing.reversed()
  }
}
