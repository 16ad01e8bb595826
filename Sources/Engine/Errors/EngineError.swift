/// Why an operation cannot be done; `EngineError+Sentence.swift` says it in words.
///
/// Failures of the system below pass as they are: `SystemError`, `StateStoreError`,
/// `ConfigurationError`, `MissingProgram` and the errors of the store and of networks.
public enum EngineError: Error, Equatable, Sendable {
  /// Nothing has this name or id.
  case noSuch(ObjectKind, String)
  /// Several have ids that begin so.
  case ambiguous(ObjectKind, String, matches: [String])
  /// A name that another one has.
  case nameInUse(ObjectKind, name: String, owner: String)
  /// What is to be made is there.
  case exists(ObjectKind, String)
  /// A container is in a state in which this cannot be done; the reason names it where the state does not say enough.
  case wrongState(container: String, ContainerStatus, reason: String)
  /// It cannot be removed while these use it.
  case inUse(ObjectKind, String, by: [String])
  /// An option whose value means nothing or is not allowed.
  case invalid(option: String, value: String, reason: String)
  /// Two options that exclude each other.
  case conflict(String, String)
  /// Something that is asked for and cannot be had here, and why.
  case unsupported(String, reason: String)
  /// A program that ran and said no: its name, its exit status, and what it wrote about it.
  case program(String, status: Int32, message: String)
  /// The OCI runtime could not make or start the container; the exit status that `run` has then.
  case runtime(message: String, status: Int32)
  /// A file of ours that cannot be understood.
  case damaged(path: String, reason: String)
  /// No object is left that the request could mean, as `--latest` without containers.
  case nothingToDo(String)
  /// Something that belongs to another part: the message of its error.
  case failed(String, reason: String)
  /// Several failures, each of its own object.
  case several([any Error])

  public static func == (left: EngineError, right: EngineError) -> Bool { "\(left)" == "\(right)" }
}
