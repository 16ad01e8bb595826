public import LinuxSystem
public import RuntimeSpec

/// What can go wrong in the runtime, as data. `RuntimeError+Sentence.swift` makes the sentences.
public indirect enum RuntimeError: Error {
  /// A container's name that cannot be one.
  case invalidID(String, reason: String)
  /// `create` with the name of a container that exists.
  case containerExists(ContainerID)
  case containerMissing(ContainerID)
  /// An operation that the container's status does not allow.
  case wrongStatus(ContainerID, RuntimeState.Status, operation: String)
  /// A signal to, or a question about, a process that has ended.
  case notRunning(ContainerID)
  /// The container's processes did not end after SIGKILL.
  case stillRunning(ContainerID)
  /// A file that the runtime itself wrote, or the bundle's config.json, has no sense.
  case unreadable(path: String, reason: String)
  /// A field of the configuration, or an option, with a value that cannot be honoured.
  case invalid(field: String, reason: String)
  /// A field that is understood, and that this machine cannot honour.
  case unsupported(field: String, reason: String)
  /// What the container's first process reported before it gave up.
  case processFailed(String)
  /// The container's first process ended without a word.
  case processDied(ExitStatus)
  /// A failure, and the step that it happened in.
  case step(String, any Error)
  /// A failure, and the failures of cleaning up after it.
  case unclean(any Error, cleanUp: [any Error])
}

/// Runs a step, and names it in what it throws.
@discardableResult
func step<Result: ~Copyable>(
  _ name: @autoclosure () -> String, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch {
    throw RuntimeError.step(name(), error)
  }
}
