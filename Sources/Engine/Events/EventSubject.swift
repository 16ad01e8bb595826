public import JSON

/// What kind of thing an event is about.
public enum EventType: String, JSONValue, CaseIterable, Sendable {
  case container, pod, image, artifact, volume, network, secret, machine, system
}

/// What happened, in podman's words.
public enum EventStatus: String, JSONValue, CaseIterable, Sendable {
  case attach
  case autoUpdate = "auto-update"
  case build, checkpoint, cleanup, commit
  case connect
  case copy
  case create
  /// The container's program ended.
  case died
  case disconnect
  case exec
  /// A program that `exec` started ended.
  case execDied = "exec_died"
  case export
  case healthStatus = "health_status"
  case history
  case `import`
  case `init`
  case kill
  case loadFromArchive = "loadfromarchive"
  /// The file of the log got too large and lost its older half.
  case logRotation = "log-rotation"
  case mount, pause, prune, pull
  case pullError = "pull-error"
  case push
  /// The state of a machine that was started again.
  case refresh
  case remove, rename, renumber, restart, restore, save, start, stop, sync, tag, unmount, unpause
  case untag
  case update
}
