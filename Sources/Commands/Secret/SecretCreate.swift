import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// `podman secret create`.
enum SecretCreate {
  static let command = PodmanCommand(
    "create", "Create a new secret",
    details: "Create a secret. Input can be a path to a file or \"-\" (read from stdin). Secret "
      + "drivers \"file\" (default), \"pass\", and \"shell\" are available.",
    usage: "NAME FILE|-", arguments: .exactly(2),
    examples: ["mysecret /path/to/secret", "mysecret -", "--env mysecret VARIABLE"],
    completion: .files,
    options: {
      [
        Option("driver", "d", .string(default: "file"), "Specify secret driver"),
        Option("driver-opts", .list(), "Specify driver specific options", value: "stringToString"),
        Option("env", .flag(), "Read secret data from environment variable"),
        Option(
          "ignore", .flag(),
          "If a secret with the same name exists, ignore and do not create a new secret"),
        Option("label", "l", .array(), "Specify labels on the secret"),
        Option("replace", .flag(), "If a secret with the same name exists, replace it"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    guard let name = call.arguments.first, let source = call.arguments.last else { return 125 }
    if call.options.flag("ignore"), call.options.flag("replace") {
      throw CommandFailure("cannot use --ignore and --replace flags together")
    }
    var request = Secrets.Request(name: name, data: try data(source, call))
    request.driver = call.options.given("driver")
    request.driverOptions = try KeyValues.read(
      call.options.list("driver-opts"), option: "driver-opts")
    request.labels = try KeyValues.read(call.options.list("label"), option: "label")
    request.replaces = call.options.flag("replace")
    request.isIgnoredIfPresent = call.options.flag("ignore")
    call.output.line(try call.engine.secrets.create(request).id)
    return 0
  }

  /// More than a secret can be; what is longer is refused by the engine.
  private static let limit = 1 << 20

  private static func data(_ source: String, _ call: Call) throws -> [UInt8] {
    if call.options.flag("env") {
      guard let value = Call.environment[source], !value.isEmpty else {
        throw CommandFailure(
          "cannot create store secret data: environment variable \(source) is not set")
      }
      return Array(value.utf8)
    }
    if source == "-" || source == "/dev/stdin" {
      return try FileDescriptor.standardInput.readToEnd(limit: limit, subject: "standard input")
    }
    // A FIFO is as good as a file: <(…) of a shell is one.
    return try readFile(source, limit: limit)
  }
}
