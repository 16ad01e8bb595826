import CommandLine
import Engine
import LinuxSystem

/// The options of the program itself. All but the last few may also stand behind a command.
enum GlobalOptions {
  static var declarations: [Option] {
    [
      text("cdi-spec-dir", .array(), "Set the CDI spec directory path (may be set multiple times)"),
      text("cgroup-manager", "Cgroup manager to use (\"cgroupfs\"|\"systemd\")"),
      Option(
        "config", .string(), "Path to directory containing authentication config file",
        completion: .folders),
      text("conmon", "Path of the conmon binary", hidden: true),
      text("default-mounts-file", "Path to default mounts file", hidden: true),
      text("events-backend", "Events backend to use (\"file\"|\"journald\"|\"none\")"),
      text(
        "hooks-dir", .array(), "Set the OCI hooks directory path (may be set multiple times)"),
      text("imagestore", "Path to the 'image store', different from 'graph root'"),
      Option(
        "log-level", .string(default: "warn"),
        "Log messages above specified level (trace, debug, info, warn, warning, error, fatal, panic)",
        global: true,
        completion: .words([
          "trace", "debug", "info", "warn", "warning", "error", "fatal", "panic",
        ])),
      text("module", .array(), "Load the containers.conf(5) module"),
      text("network-config-dir", "Path of the configuration directory for networks"),
      text("root", "Path to the graph root directory where images, containers, etc. are stored"),
      text("runroot", "Path to the 'run directory' where all state information is stored"),
      text("runtime", "Path to the OCI-compatible binary used to run containers."),
      text("runtime-flag", .array(), "add global flags for the container runtime"),
      text(
        "storage-driver",
        "Select which storage driver is used to manage storage of images and containers"),
      text("storage-opt", .array(), "Used to pass an option to the storage driver"),
      Option(
        "syslog", .flag(), "Output logging information to syslog as well as the console",
        global: true),
      text("tmpdir", "Path to the tmp directory for libpod state content."),
      Option("transient-store", .flag(), "Enable transient container storage", global: true),
      text("volumepath", "Path to the volume directory in which volume data is stored"),
      Option("debug", "D", .flag(), "Docker compatible: log at level debug", hidden: true),
      Option(
        "out", .string(), "Send output (stdout) from podman to a file", completion: .files),
      Option("noout", "do not output to stdout", hidden: true),
      Option("version", "v", .flag(), "version for podman"),
    ] + remote
  }

  /// What says that another podman does the work. They are known so that the answer is no riddle.
  private static var remote: [Option] {
    [
      Option("connection", "c", .string(), "", hidden: true),
      Option("context", .string(), "", hidden: true),
      Option("host", "H", .string(), "", hidden: true),
      Option("identity", .string(), "", hidden: true),
      Option("remote", "r", .flag(), "", hidden: true),
      Option("url", .string(), "", hidden: true),
    ]
  }

  /// Looks at what no command looks at.
  ///
  /// - Throws: `CommandFailure` for a level of the log that there is not, and for a podman elsewhere.
  static func check(_ options: ParsedOptions) throws(CommandFailure) {
    let level = options.string("log-level")
    guard LogLevel(level) != nil else {
      throw CommandFailure(
        "Log Level \"\(level)\" is not supported. Supported levels: trace, debug, info, warn, "
          + "warning, error, fatal, panic")
    }
    // Docker's own name for this machine.
    let isHere = options.has("context") && options.string("context") == "default"
    for name in ["connection", "context", "host", "identity", "url"]
    where options.has(name) && !(name == "context" && isHere) {
      throw remoteFailure(name)
    }
    if options.has("remote"), options.flag("remote") { throw remoteFailure("remote") }
  }

  private static func remoteFailure(_ name: String) -> CommandFailure {
    CommandFailure(
      "--\(name) cannot be used: this podman works on this machine only, please leave the option out"
    )
  }

  private static func text(_ name: String, _ help: String, hidden: Bool = false) -> Option {
    Option(name, .string(), help, hidden: hidden, global: true)
  }

  private static func text(_ name: String, _ kind: Option.Kind, _ help: String) -> Option {
    Option(name, kind, help, global: true)
  }

  /// A path as the engine takes it; a relative one begins at the working directory.
  private static func absolute(_ path: String?) -> String? {
    guard let path, !path.isEmpty, !path.hasPrefix("/"),
      let here = try? CurrentProcess.workingDirectory()
    else { return path }
    return "\(here)/\(path)"
  }

  /// What they say to the engine.
  static func engineOptions(_ options: ParsedOptions) -> EngineOptions {
    var engine = EngineOptions()
    engine.root = absolute(options.given("root"))
    engine.runRoot = absolute(options.given("runroot"))
    engine.imageStore = absolute(options.given("imagestore"))
    engine.storageDriver = options.given("storage-driver")
    engine.storageOptions = options.list("storage-opt")
    if options.has("transient-store") { engine.isTransientStore = options.flag("transient-store") }
    engine.temporaryFolder = absolute(options.given("tmpdir"))
    engine.volumePath = absolute(options.given("volumepath"))
    engine.networkConfigurationFolder = absolute(options.given("network-config-dir"))
    engine.runtime = options.given("runtime")
    engine.runtimeFlags = options.list("runtime-flag")
    engine.cgroupManager = options.given("cgroup-manager")
    engine.eventsBackend = options.given("events-backend")
    engine.hooksFolders = options.list("hooks-dir")
    engine.cdiFolders = options.list("cdi-spec-dir")
    engine.modules = options.list("module")
    engine.defaultMountsFile = options.given("default-mounts-file")
    engine.logLevel = options.given("log-level")
    return engine
  }
}
