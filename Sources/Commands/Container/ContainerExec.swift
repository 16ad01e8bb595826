import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// `podman exec`.
enum ContainerExec {
  static let command = PodmanCommand(
    "exec", "Run a process in a running container",
    details: "Execute the specified command inside a running container.",
    usage: "CONTAINER COMMAND [ARG...]", arguments: .any,
    examples: [
      "-it ctrID ls", "-it -w /tmp myCtr pwd", "--user root ctrID ls",
    ],
    completion: .names("containers"), stopsAtFirstArgument: true,
    options: {
      [
        Option("cidfile", .string(), "Read the container ID from the file", completion: .files),
        Option("detach", "d", .flag(), "Run the exec session in detached mode (backgrounded)"),
        Option(
          "detach-keys", .string(),
          "Select the key sequence for detaching a container. Format is a single character [a-Z] or ctrl-<value> where <value> is one of: a-z, @, ^, [, , or _"
        ),
        Option("env", "e", .array(), "Set environment variables"),
        Option(
          "env-file", .array(), "Read in a file of environment variables", completion: .files),
        Option("interactive", "i", .flag(), "Make STDIN available to the contained process"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("no-session", .flag(), "Do not create a database session for the exec process"),
        Option(
          "preserve-fd", .list(), "Pass a list of additional file descriptors to the container"),
        Option("preserve-fds", .unsigned(), "Pass N additional file descriptors to the container"),
        Option(
          "privileged", .flag(), "Give the process extended Linux capabilities inside the container"
        ),
        Option("tty", "t", .flag(), "Allocate a pseudo-TTY. The default is false"),
        Option(
          "user", "u", .string(),
          "Sets the username or UID used and optionally the groupname or GID for the specified command"
        ),
        Option("wait", .integer(), "Total seconds to wait for container to start", hidden: true),
        Option("workdir", "w", .string(), "Working directory inside the container"),
      ]
    }, run: run)

  /// Waits until the container runs, as long as `--wait` says; it may not even exist yet.
  private static func waitForStart(
    of name: String, seconds: Int64, _ containers: Containers
  ) throws {
    let limit = MonotonicClock.milliseconds() + max(0, min(seconds, 1 << 32)) * 1000
    while (try? containers.lookUp(name))?.state.status != .running {
      guard MonotonicClock.milliseconds() < limit else {
        throw CommandFailure("timed out waiting for container: \(name)")
      }
      MonotonicClock.sleep(milliseconds: 50)
    }
  }

  static func run(_ call: Call) throws -> Int32 {
    var words = call.arguments
    let container = try containerName(call, &words)
    guard !words.isEmpty else { throw CommandFailure("you must provide a command to exec") }
    let options = call.options
    if options.flag("no-session"), options.flag("detach") || options.has("detach-keys") {
      throw CommandFailure("--no-session cannot be used with --detach or --detach-keys")
    }
    var exec = Containers.ExecOptions(words)
    let variables = EnvironmentVariables(Call.environment)
    for path in options.list("env-file") { exec.environment += try variables.read(file: path) }
    for entry in options.list("env") { exec.environment += try variables.read(entry) }
    exec.workingDirectory = options.given("workdir").flatMap { $0.isEmpty ? nil : $0 }
    exec.user = options.given("user").flatMap { $0.isEmpty ? nil : $0 }
    exec.hasTerminal = options.flag("tty")
    exec.sendsInput = options.flag("interactive")
    exec.isPrivileged = options.flag("privileged")
    exec.isDetached = options.flag("detach")
    exec.preserved = try PreservedDescriptors(
      count: options.unsigned("preserve-fds"), numbers: options.list("preserve-fd"))
    exec.hasSession = !options.flag("no-session")
    if exec.hasTerminal, exec.sendsInput, !call.readsFromTerminal {
      call.warn(
        "The input device is not a TTY. The --tty and --interactive flags might not work properly")
    }
    exec.detachKeys = try ContainerRun.detachKeys(call)
    if options.has("wait") {
      try waitForStart(of: container, seconds: options.integer("wait"), call.engine.containers)
    }
    call.output.flush()
    switch try call.engine.containers.execute(container, exec) {
    case .exited(let status): return status
    case .detached: return 0
    case .started(let session):
      call.output.line(session)
      return 0
    }
  }

  private static func containerName(_ call: Call, _ words: inout [String]) throws -> String {
    if call.options.flag("latest") {
      if call.options.has("cidfile") {
        throw CommandFailure("--latest and --cidfile can not be used together")
      }
      return try ContainerSelection.latest(call.engine.containers).id
    }
    if let path = call.options.given("cidfile") {
      let text = String(decoding: try readFile(path, limit: 4096), as: UTF8.self)
      return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
    guard let name = words.first else {
      throw CommandFailure(
        "exec requires the name or ID of a container or the --latest or --cidfile flag")
    }
    words.removeFirst()
    return name
  }
}

/// Variables as `--env` and `--env-file` name them.
struct EnvironmentVariables {
  /// Our own, for entries without a value.
  let host: [String: String]

  init(_ host: [String: String]) { self.host = host }

  /// `NAME=value`; `NAME`, which takes our own value; `NAME*`, which takes all that begin so.
  func read(_ entry: String) throws -> [(name: String, value: String)] {
    if let equals = entry.firstIndex(of: "=") {
      guard equals != entry.startIndex else {
        throw EngineError.invalid(option: "--env", value: entry, reason: "a variable needs a name")
      }
      return [(String(entry[..<equals]), String(entry[entry.index(after: equals)...]))]
    }
    if entry.hasSuffix("*") {
      let prefix = entry.dropLast()
      return host.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
        .map { ($0.key, $0.value) }
    }
    return host[entry].map { [(entry, $0)] } ?? []
  }

  /// A line each; `#` begins a comment.
  func read(file path: String) throws -> [(name: String, value: String)] {
    let text = String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
    return try text.split(whereSeparator: \.isNewline).flatMap { line in
      let entry = line.drop { $0 == " " || $0 == "\t" }
      return entry.isEmpty || entry.hasPrefix("#") ? [] : try read(String(entry))
    }
  }
}
