import JSON
import LinuxSystem
import RuntimeCore
import RuntimeSpec
import SystemPackage

/// `exec`: runs a further process in a container.
enum ExecCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "exec", summary: "execute a further process in a container",
      arguments: "<container-id> <command> [command options]  || -p process.json <container-id>",
      details: """
        The process is that of the container's config.json with what the options change, or
        the one that the file of --process describes.
        """,
      options: [
        .consoleSocket, .pidfdSocket,
        Option("cwd", .text(), "the working directory in the container"),
        Option("env", "e", .texts, "set a variable of the environment: NAME=value"),
        Option("tty", "t", .flag, "give the process a terminal"),
        Option("user", "u", .text(), "the user: <uid>[:<gid>]"),
        Option("additional-gids", "g", .integers, "a further group"),
        Option("process", "p", .text(), "a file that describes the process"), .detach, .pidFile,
        Option("process-label", .text(), "the SELinux context"),
        Option("apparmor", .text(), "the AppArmor profile"),
        Option("no-new-privs", "let execve never give more rights"),
        Option("cap", "c", .texts, "add a capability"), .preserveDescriptors,
        Option(
          "cgroup", .texts, "an existing cgroup below the container's: [<controller>:]<cgroup>"),
        Option("ignore-paused", "have the process wait in a container that is paused"),
      ],
      argumentCount: 1...(.max), stopsAtFirstArgument: true, entersContainer: true)
  }

  static func run(_ call: Call) throws -> CInt {
    do {
      let id = try call.containerID()
      let process = try process(call, id)
      var options = ExecOptions()
      options.consoleSocket = call.options.text("console-socket")
      options.pidfdSocket = call.options.text("pidfd-socket")
      options.pidFile = call.options.text("pid-file")
      options.isDetached = call.options.flag("detach")
      options.ignorePaused = call.options.flag("ignore-paused")
      options.preservedDescriptors = try call.options.preservedDescriptors()
      options.subCgroups = try subCgroups(call.options.texts("cgroup"))
      return try execProcess(id, process, options, call.context)
    } catch {
      // Not the status of a program that ran: 255, as runc has it.
      throw CommandError.withStatus(255, CommandError.failed(command: "exec", error))
    }
  }

  private static func process(_ call: Call, _ id: ContainerID) throws -> Spec.Process {
    if let path = call.options.text("process") { return try readProcess(path) }
    let container = try Container.find(id, call.context)
    guard var process = container.spec.process else {
      throw CommandError.invalidOption(
        "process", reason: "the container's config.json has no process, describe one in a file")
    }
    try process.change(call.options)
    process.args = Array(call.arguments.dropFirst())
    try process.validate("process")
    return process
  }

  private static func readProcess(_ path: String) throws -> Spec.Process {
    let text = try readFile(path, limit: 16 << 20)
    do {
      let process = try JSONReader(emptyStringIsAbsent: true).read(Spec.Process.self, from: text)
      try process.validate()
      return process
    } catch {
      throw CommandError.unreadable(path: path, reason: "\(error)")
    }
  }

  /// The cgroups to join by controller; the key is empty on version 2.
  static func subCgroups(_ arguments: [String]) throws -> [String: String] {
    var cgroups: [String: String] = [:]
    for argument in arguments {
      guard let colon = argument.firstIndex(of: ":") else {
        guard arguments.count == 1 else {
          throw CommandError.invalidOption(
            "cgroup", reason: "\(quoted(argument)) names no controller, as <controller>:<cgroup>")
        }
        return ["": argument]
      }
      let path = String(argument[argument.index(after: colon)...])
      let controllers = argument[..<colon].split(separator: ",", omittingEmptySubsequences: false)
      for controller in controllers.map(String.init) {
        if controller.isEmpty {
          throw CommandError.invalidOption(
            "cgroup", reason: "\(quoted(argument)) has an empty controller")
        }
        if cgroups.updateValue(path, forKey: controller) != nil {
          throw CommandError.invalidOption(
            "cgroup", reason: "the controller \(quoted(controller)) is given twice")
        }
      }
    }
    return cgroups
  }
}

extension Spec.Process {
  /// Makes the container's process the one that `exec` is to run.
  mutating func change(_ options: ParsedOptions) throws {
    if let path = options.text("cwd") { cwd = path }
    if let profile = options.text("apparmor") { apparmorProfile = profile }
    if let label = options.text("process-label") { selinuxLabel = label }
    for capability in options.texts("cap") { add(capability) }
    env = (env ?? []) + options.texts("env")
    terminal = options.flag("tty")
    if !options.flag("tty") { consoleSize = nil }
    if options.has("no-new-privs") { noNewPrivileges = options.flag("no-new-privs") }
    if let text = options.text("user") { try setUser(text) }
    for gid in options.integers("additional-gids") {
      guard let gid = UInt32(exactly: gid) else {
        throw CommandError.invalidOption(
          "additional-gids", reason: "\(gid) is out of range, it can be 0 to 4294967294")
      }
      user.additionalGids = (user.additionalGids ?? []) + [gid]
    }
  }

  /// Adds a capability to all sets but the inheritable one; to the ambient set only beside that, as
  /// the kernel takes none without it.
  private mutating func add(_ capability: String) {
    var sets = capabilities ?? Capabilities()
    sets.bounding = (sets.bounding ?? []) + [capability]
    sets.effective = (sets.effective ?? []) + [capability]
    sets.permitted = (sets.permitted ?? []) + [capability]
    if sets.inheritable != nil { sets.ambient = (sets.ambient ?? []) + [capability] }
    capabilities = sets
  }

  private mutating func setUser(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.compactMap { UInt32($0) }
    guard let uid = numbers.first, numbers.count == parts.count else {
      throw CommandError.invalidOption(
        "user", reason: "\(quoted(text)) is not <uid>[:<gid>] in numbers")
    }
    user.uid = uid
    if numbers.count == 2 { user.gid = numbers[1] }
  }
}
