/// What holds for every command of one call of the runtime.
public struct RuntimeContext: Sendable {
  /// The folder that holds a folder for each container; on a tmpfs, so that a restart empties it.
  public var root: String
  /// Whether systemd makes the cgroups, or the runtime itself.
  public var usesSystemd: Bool
  /// Whether containers stay in the cgroups that the runtime is called in, without one of their own.
  public var usesNoCgroups: Bool
  /// Whether a cgroup that may not be made or changed is passed over; `nil` to find out.
  public var isRootless: Bool?
  public var log: RuntimeLog

  public init(
    root: String, usesSystemd: Bool = false, usesNoCgroups: Bool = false,
    isRootless: Bool? = nil, log: RuntimeLog = .silent
  ) {
    self.root = root
    self.usesSystemd = usesSystemd
    self.usesNoCgroups = usesNoCgroups
    self.isRootless = isRootless
    self.log = log
  }
}
