import CommandLine
import Engine
import EngineConfig
import LinuxSystem
import SystemPackage

/// `podman run`.
enum ContainerRun {
  static let command = PodmanCommand(
    "run", "Run a command in a new container",
    details: "Runs a command in a new container from the given image",
    usage: "IMAGE [COMMAND [ARG...]]", arguments: .atLeast(1),
    examples: [
      "imageID ls -alF /etc", "--network=host imageID dnf -y install java",
      "--volume /var/hostdir:/var/ctrdir -i -t fedora /bin/bash",
    ],
    completion: .names("images"), stopsAtFirstArgument: true,
    options: {
      ContainerOptions.declarations + [
        Option("detach", "d", .flag(), "Run container in background and print container ID"),
        Option("sig-proxy", .flag(default: true), "Proxy received signals to the process"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    let line = ["podman"] + Array(ProgramWords.all.dropFirst())
    let request = try ContainerOptions(call).request(call.arguments, line: line)
    if !request.network.ports.isEmpty, request.network.networks == ["host"] {
      call.warn(
        "Port mappings have been discarded because \"host\" network namespace mode is in use")
    }
    let attached = try attachments(call)
    let detaches = options.flag("detach")
    let keys = try detachKeys(call)
    let preserved = try PreservedDescriptors(
      count: options.unsigned("preserve-fds"), numbers: options.list("preserve-fd"))
    let idFile = try request.idFile.map { try ContainerIDFile.reserve($0) }
    let containers = try call.engine.containers
    let container = try containers.create(request)
    do {
      try idFile?.write(container.id)
      if detaches {
        var start = Containers.StartOptions()
        start.preserved = preserved
        try containers.start(container.id, start)
        call.output.line(container.id)
        return 0
      }
      var foreground = Containers.ForegroundOptions()
      foreground.sendsInput = request.process.hasStandardInput
      foreground.showsOutput = attached.contains("stdout")
      foreground.showsErrors = attached.contains("stderr")
      foreground.detachKeys = keys
      foreground.proxiesSignals = options.flag("sig-proxy") && !request.process.hasTerminal
      foreground.preserved = preserved
      call.output.flush()
      return try containers.runInForeground(container.id, foreground) ?? 0
    } catch {
      if request.isRemoved {
        let removal = Containers.RemoveOptions(
          isForced: true, removesVolumes: true, timeout: 0)
        _ = try? containers.remove(container.id, removal)
      }
      throw failure(ofStart: error)
    }
  }

  /// A container that was made and cannot be started has the status of a command that cannot be invoked.
  private static func failure(ofStart error: any Error) -> any Error {
    switch error {
    case EngineError.runtime, is CommandFailure: error
    default: CommandFailure("\(error)", status: 126)
    }
  }

  /// Which streams the user sees.
  private static func attachments(_ call: Call) throws -> Set<String> {
    let names = call.options.list("attach").map { $0.lowercased() }
    for name in names where !["stdin", "stdout", "stderr"].contains(name) {
      throw CommandFailure(
        "invalid stream \"\(name)\" for --attach - must be one of stdin, stdout, or stderr: invalid argument"
      )
    }
    return names.isEmpty ? ["stdout", "stderr"] : Set(names)
  }

  /// The keys that leave a container running.
  static func detachKeys(_ call: Call) throws -> [UInt8] {
    let text =
      try call.options.given("detach-keys")
      ?? call.engine.configuration.containersConf.engine.detachKeys
    guard let keys = AttachSession.keys(text) else {
      throw CommandFailure("invalid detach keys: \(text)")
    }
    return keys
  }
}

/// The words that this program was called with.
enum ProgramWords {
  static var all: [String] { Swift.CommandLine.arguments }
}

/// A file for a container's id, which must not be there before.
struct ContainerIDFile {
  private let path: String

  static func reserve(_ path: String) throws -> ContainerIDFile {
    do {
      _ = try openFile(path, [.path])
    } catch {
      if error.errno == .noSuchFileOrDirectory { return ContainerIDFile(path: path) }
      throw error
    }
    throw CommandFailure(
      "container id file exists. Ensure another container is not using it or delete \(path)")
  }

  func write(_ id: String) throws {
    let file = try openFile(path, [.writeOnly, .create, .exclusive], mode: 0o644)
    try file.lent.writeAll(id, subject: path)
  }
}
