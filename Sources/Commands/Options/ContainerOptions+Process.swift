import CommandLine
import Engine
import JSON

extension ContainerOptions {
  static var process: [Option] {
    [
      Option("entrypoint", .string(), "Overwrite the default ENTRYPOINT of the image"),
      Option("env", "e", .array(), "Set environment variables in container"),
      Option("env-file", .array(), "Read in a file of environment variables", completion: .files),
      Option("env-host", "Use all current host environment variables in container"),
      Option(
        "env-merge", .array(),
        "Preprocess environment variables from image before injecting them into the container"),
      Option(
        "group-add", .list(),
        "Add additional groups to the primary container process. 'keep-groups' allows container processes to use supplementary groups."
      ),
      Option("group-entry", .string(), "Entry to write to /etc/group"),
      Option("hostuser", .list(), "Host user account to add to /etc/passwd within container"),
      Option(
        "http-proxy", .flag(default: true),
        "Set proxy environment variables in the container based on the host proxy vars"),
      Option(
        "init", "Run an init binary inside the container that forwards signals and reaps processes"),
      Option("init-path", .string(), "Path to the container-init binary", completion: .files),
      Option("interactive", "i", .flag(), "Make STDIN available to the contained process"),
      Option("passwd", .flag(default: true), "add entries to /etc/passwd and /etc/group"),
      Option("passwd-entry", .string(), "Entry to write to /etc/passwd"),
      Option(
        "personality", .string(),
        "Configure execution domain using personality (e.g., LINUX/LINUX32)"),
      Option("preserve-fd", .list(), "Pass a file descriptor into the container"),
      Option(
        "preserve-fds", .unsigned(),
        "Pass a number of additional file descriptors into the container"),
      Option("stop-signal", .string(), "Signal to stop a container. Default is SIGTERM"),
      Option(
        "stop-timeout", .unsigned(default: 10),
        "Timeout (in seconds) that containers stopped by user have to exit"),
      Option(
        "systemd", .string(default: "true"), "Run container in systemd mode",
        value: "true|false|always"),
      Option("timeout", .unsigned(), "Maximum length of time a container is allowed to run"),
      Option("tty", "t", .flag(), "Allocate a pseudo-TTY for container"),
      Option("tz", .string(), "Set timezone in container"),
      Option("umask", .string(), "Set umask in container"),
      Option("unsetenv", .array(), "Unset environment default variables in container"),
      Option("unsetenv-all", "Unset all default environment variables in container"),
      Option("user", "u", .string(), "Username or UID (format: <name|uid>[:<group|gid>])"),
      Option("workdir", "w", .string(), "Working directory inside the container"),
      Option("oom-score-adj", .integer(), "Tune the host's OOM preferences (-1000 to 1000)"),
      Option("ulimit", .list(), "Ulimit options"),
    ]
  }

  func applyProcess(_ request: inout ContainerRequest) throws {
    var process = request.process
    process.entrypoint = options.given("entrypoint").map(entrypoint)
    for path in options.list("env-file") { process.environment += try variables(ofFile: path) }
    for entry in options.list("env") { process.environment += try variables(entry) }
    process.environmentMerges = options.list("env-merge")
    process.passesHostEnvironment = flag("env-host")
    process.passesProxies = flag("http-proxy")
    process.unsetVariables = options.list("unsetenv")
    process.unsetsAllVariables = options.flag("unsetenv-all")
    process.workingDirectory = options.given("workdir").flatMap { $0.isEmpty ? nil : $0 }
    process.user = options.given("user")
    process.groups = options.list("group-add")
    process.hasTerminal = options.flag("tty")
    process.hasStandardInput =
      options.flag("interactive") || options.list("attach").contains { $0.lowercased() == "stdin" }
    process.umask = options.given("umask")
    process.limits = options.list("ulimit")
    process.oomScoreAdjustment = integer("oom-score-adj").flatMap { Int(exactly: $0) }
    process.usesInit = flag("init")
    process.initPath = options.given("init-path")
    process.systemd = options.given("systemd").map { $0 == "" ? "true" : $0.lowercased() }
    process.stopSignal = options.given("stop-signal")
    process.stopTimeout = unsigned("stop-timeout").map { UInt32(clamping: $0) }
    process.timeout = unsigned("timeout")
    process.personality = options.given("personality")
    process.timeZone = options.given("tz")
    request.process = process
    request.addsUserLines = options.flag("passwd")
    request.passwdEntry = options.given("passwd-entry")
    request.groupEntry = options.given("group-entry")
    request.hostUsers = options.list("hostuser")
  }

  /// A JSON array of words, or one word; an empty text is no entrypoint.
  private func entrypoint(_ text: String) -> [String] {
    if text.hasPrefix("["), let words = try? JSONReader().read([String].self, from: text) {
      return words
    }
    return text.isEmpty ? [] : [text]
  }

  /// `NAME=value`; `NAME`, which takes our own value; `NAME*`, which takes all that begin so.
  func variables(_ entry: String) throws -> [(name: String, value: String)] {
    if let equals = entry.firstIndex(of: "=") {
      guard equals != entry.startIndex else {
        throw EngineError.invalid(
          option: "--env", value: entry, reason: "a variable needs a name")
      }
      return [(String(entry[..<equals]), String(entry[entry.index(after: equals)...]))]
    }
    if entry.hasSuffix("*") {
      let prefix = entry.dropLast()
      return environment.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map {
        ($0.key, $0.value)
      }
    }
    return environment[entry].map { [(entry, $0)] } ?? []
  }

  private func variables(ofFile path: String) throws -> [(name: String, value: String)] {
    try lines(path, purpose: "variables").flatMap { line -> [(name: String, value: String)] in
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      if trimmed.isEmpty || trimmed.hasPrefix("#") { return [] }
      return try variables(String(trimmed))
    }
  }
}
