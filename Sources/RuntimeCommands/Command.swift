import RuntimeCore

/// One command of the runtime, as `create` or `kill`.
///
/// A command's declaration is made when it is called: no other command's is.
protocol Command {
  static var declaration: CommandDeclaration { get }

  /// Does the command's work.
  ///
  /// - Returns: the status to exit with.
  static func run(_ call: Call) throws -> CInt
}

/// What a command takes, and what help says about it.
struct CommandDeclaration: Sendable {
  var name: String
  /// What it does, in half a line.
  var summary: String
  /// Its arguments, as help shows them.
  var arguments = ""
  /// What else there is to say.
  var details = ""
  var options: [Option] = []
  /// How many arguments there can be.
  var argumentCount: ClosedRange<Int>
  /// Whether the first argument ends the options.
  var stopsAtFirstArgument = false
  /// Whether a process of the runtime enters a container, where its program file can be found.
  var entersContainer = false
}

/// A command that was called.
struct Call {
  /// The program as it was called.
  var program: String
  var globalOptions: ParsedOptions
  var options: ParsedOptions
  var context: RuntimeContext
  var log: LogWriter

  var arguments: [String] { options.arguments }

  /// The container's name, the first argument of most commands.
  func containerID() throws -> ContainerID { try ContainerID(arguments.first ?? "") }
}

/// The commands in the order in which help lists them.
let commandNames = [
  "checkpoint", "create", "delete", "events", "exec", "kill", "list", "pause", "ps", "restore",
  "resume", "run", "spec", "start", "state", "update", "features",
]

/// The command of a name.
func command(named name: String) -> (any Command.Type)? {
  switch name {
  case "checkpoint": CheckpointCommand.self
  case "create": CreateCommand.self
  case "delete": DeleteCommand.self
  case "events": EventsCommand.self
  case "exec": ExecCommand.self
  case "features": FeaturesCommand.self
  case "kill": KillCommand.self
  case "list": ListCommand.self
  case "pause": PauseCommand.self
  case "ps": PsCommand.self
  case "restore": RestoreCommand.self
  case "resume": ResumeCommand.self
  case "run": RunCommand.self
  case "spec": SpecCommand.self
  case "start": StartCommand.self
  case "state": StateCommand.self
  case "update": UpdateCommand.self
  default: nil
  }
}
