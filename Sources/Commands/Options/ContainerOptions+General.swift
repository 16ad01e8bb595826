import CommandLine
import Engine
import LinuxSystem

extension ContainerOptions {
  static var general: [Option] {
    [
      Option("annotation", .array(), "Add annotations to container (key=value)"),
      Option("attach", "a", .list(), "Attach to STDIN, STDOUT or STDERR"),
      Option("cidfile", .string(), "Write the container ID to the file", completion: .files),
      Option(
        "conmon-pidfile", .string(),
        "Path to the file that will receive the PID of the container's monitor", completion: .files),
      Option("detach-keys", .string(), "Override the key sequence for detaching a container"),
      Option("label", "l", .array(), "Set metadata on container"),
      Option("label-file", .array(), "Read in a line delimited file of labels", completion: .files),
      Option(
        "log-driver", .string(), "Logging driver for the container",
        completion: .words([
          "k8s-file", "json-file", "journald", "none", "passthrough", "passthrough-tty",
        ])),
      Option("log-opt", .array(), "Logging driver options"),
      Option("name", .string(), "Assign a name to the container"),
      Option(
        "pidfile", .string(), "Write the container process ID to the file", completion: .files),
      Option("pod", .string(), "Run container in an existing pod", completion: .names("pods")),
      Option("pod-id-file", .string(), "Read the pod ID from the file", completion: .files),
      Option("replace", "If a container with the same name exists, replace it"),
      Option(
        "requires", .list(),
        "Add one or more requirement containers that must be started before this "
          + "container will start", completion: .names("containers")),
      Option(
        "restart", .string(), "Restart policy to apply when a container exits",
        completion: .words([
          "always", "no", "never", "on-failure", "unless-stopped",
        ])),
      Option("restart-policy", .string(), "Another spelling of --restart", hidden: true),
      Option(
        "rm",
        "Remove container and any anonymous unnamed volume associated with the container after exit"
      ),
      Option(
        "rootfs", "The first argument is not an image but the rootfs to the exploded container"),
      Option(
        "sdnotify", .string(), "control sd-notify behavior",
        value: "container|conmon|healthy|ignore"),
    ]
  }

  func applyGeneral(_ request: inout ContainerRequest) throws {
    request.name = options.given("name").flatMap { $0.isEmpty ? nil : $0 }
    for text in options.list("annotation") where !text.contains("=") {
      throw EngineError.invalid(
        option: "--annotation", value: text, reason: "annotations must be formatted KEY=VALUE")
    }
    request.annotations = dictionary(options.list("annotation"))
    for path in options.list("label-file") {
      for line in try lines(path, purpose: "labels") where !line.hasPrefix("#") && !line.isEmpty {
        for (name, value) in pairs([line]) { request.labels[name] = value }
      }
    }
    for (name, value) in pairs(options.list("label")) {
      guard !name.isEmpty else { throw CommandFailure("invalid label format: \"=\(value)\"") }
      request.labels[name] = value
    }
    request.log.driver = options.given("log-driver")
    request.log.options = options.list("log-opt")
    request.idFile = options.given("cidfile")
    request.pidFile = options.given("pidfile").map(absolute)
    request.monitorPidFile = options.given("conmon-pidfile").map(absolute)
    request.pod = options.given("pod")
    if let path = options.given("pod-id-file") {
      request.pod = try lines(path, purpose: "the pod's id").first
    }
    if let pod = request.pod {
      throw EngineError.unsupported("--pod \(pod)", reason: "this version has no pods")
    }
    request.replaces = options.flag("replace")
    if options.flag("rmi"), options.has("rm"), !options.flag("rm") {
      throw CommandFailure("the --rmi option does not work without --rm")
    }
    if request.replaces, request.name == nil {
      throw CommandFailure("cannot replace container without --name being set")
    }
    request.dependencies = options.list("requires")
    request.isRemoved = options.flag("rm")
    request.notify = options.given("sdnotify")
    request.runtime = options.given("runtime")
    try applyRestart(&request)
  }

  private func applyRestart(_ request: inout ContainerRequest) throws {
    // The handbook's second spelling counts beside the first one: the last word wins there.
    guard let text = options.given("restart-policy") ?? options.given("restart"), !text.isEmpty
    else { return }
    guard let restart = ContainerRestart(text) else {
      throw EngineError.invalid(
        option: "--restart", value: text,
        reason: "it has to be always, no, never, on-failure[:retries] or unless-stopped")
    }
    request.restart = restart
  }

  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}
