public import JSON

/// What a container is doing, in podman's words.
public enum ContainerStatus: String, JSONValue, Sendable, CaseIterable {
  /// Made, never started, nothing set up.
  case created
  /// Set up by the OCI runtime, its program not yet begun.
  case initialized
  case running
  case paused
  /// Being stopped.
  case stopping
  /// Ended, not yet cleaned up.
  case stopped
  case exited
  case removing
  case unknown
}
