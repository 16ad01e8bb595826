/// What the caller of `exec` decides, beside the process itself.
public struct ExecOptions: Sendable {
  public var consoleSocket: String?
  public var pidFile: String?
  public var pidfdSocket: String?
  public var isDetached = false
  /// Whether a paused container is no obstacle.
  public var ignorePaused = false
  public var preservedDescriptors = 0
  /// The cgroup below the container's that the process joins, by controller; the key is empty on
  /// version 2.
  public var subCgroups: [String: String] = [:]

  public init() {}
}
