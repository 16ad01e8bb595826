import EngineConfig
import ImageSpec
import LinuxSystem
import RuntimeSpec

extension ContainerResolution {
  /// The program and what it is given.
  func process(_ record: ContainerRecord) throws -> ContainerProcess {
    let asked = request.process
    let parameters = image?.parameters
    var process = ContainerProcess()
    process.entrypoint = asked.entrypoint ?? parameters?.entrypoint ?? []
    // An entrypoint that was asked for does not go with the image's command.
    process.command = asked.command ?? (asked.entrypoint == nil ? parameters?.command ?? [] : [])
    guard !process.arguments.isEmpty || request.isInfra else {
      throw EngineError.nothingToDo(
        "no command or entrypoint provided, and no CMD or ENTRYPOINT from image")
    }
    process.environment =
      ContainerEnvironment(
        asked, defaults: defaults.environment, image: parameters?.environment ?? [],
        host: environment,
        passesHost: asked.passesHostEnvironment ?? defaults.passesHostEnvironment,
        passesProxies: asked.passesProxies ?? defaults.passesProxies
      ).entries
    process.workingDirectory = try workingDirectory()
    process.requiresWorkingDirectory = asked.workingDirectory != nil
    process.user = asked.user ?? ownUser(record.namespaces) ?? parameters?.user ?? ""
    process.groups = asked.groups
    if process.groups.contains("keep-groups"), process.groups.count > 1 {
      throw EngineError.invalid(
        option: "--group-add", value: process.groups.joined(separator: ","),
        reason: "keep-groups cannot be combined with other groups")
    }
    process.hasTerminal = asked.hasTerminal
    process.hasStandardInput = asked.hasStandardInput
    process.umask = try umask()
    process.limits = try ContainerLimits.resolve(
      requested: asked.limits, defaults: defaults.ulimits, maximum: ContainerLimits.allowed)
    process.oomScoreAdjustment = try oomScoreAdjustment()
    process.isSystemd = try isSystemd(process.arguments)
    process.initPath = try initPath(process)
    process.stopSignal = try stopSignal(isSystemd: process.isSystemd)
    process.stopTimeout = asked.stopTimeout ?? settings.stopTimeout
    process.timeout = asked.timeout ?? 0
    process.personality = asked.personality
    process.timeZone = asked.timeZone ?? defaults.timeZone
    return process
  }

  /// With `keep-id` the program runs as the user whose number is kept.
  private func ownUser(_ namespaces: ContainerNamespaces) -> String? {
    guard case .keepID(let uid, let gid, _) = namespaces.user else { return nil }
    let user = engine.configuration.user
    guard isRootless else { return "0:0" }
    return "\(uid ?? user.uid):\(gid ?? user.gid)"
  }

  private func workingDirectory() throws -> String {
    if let asked = request.process.workingDirectory {
      guard asked.hasPrefix("/") else {
        throw EngineError.invalid(
          option: "--workdir", value: asked, reason: "it has to be an absolute path")
      }
      return asked
    }
    let path = image?.parameters.workingDirectory ?? ""
    if path.isEmpty { return "/" }
    return path.hasPrefix("/") ? path : "/" + path
  }

  private func umask() throws -> UInt32 {
    let text = request.process.umask ?? defaults.umask
    guard let mask = UInt32(text, radix: 8), mask <= 0o7777, text.utf8.count <= 4 else {
      throw EngineError.invalid(
        option: "--umask", value: text, reason: "it has to be an octal number up to 7777")
    }
    return mask
  }

  private func oomScoreAdjustment() throws -> Int? {
    guard let score = request.process.oomScoreAdjustment else { return defaults.oomScoreAdjustment }
    guard -1000...1000 ~= score else {
      throw EngineError.invalid(
        option: "--oom-score-adj", value: String(score), reason: "it has to be from -1000 to 1000")
    }
    return score
  }

  /// Whether the program is an init system that wants to find a machine of its own.
  private func isSystemd(_ arguments: [String]) throws -> Bool {
    switch request.process.systemd ?? "true" {
    case "always": return true
    case "false": return false
    case "true":
      guard let program = arguments.first else { return false }
      if ["/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init"].contains(program) { return true }
      return program.split(separator: "/").last == "systemd"
    case let other:
      throw EngineError.invalid(
        option: "--systemd", value: other, reason: "it has to be true, false or always")
    }
  }

  private func initPath(_ process: ContainerProcess) throws -> String? {
    guard request.process.usesInit ?? defaults.usesInit else { return nil }
    if process.isSystemd { throw EngineError.conflict("--init", "--systemd") }
    if let path = request.process.initPath ?? defaults.initPath {
      do {
        _ = try openFile(path, [.path])
      } catch {
        throw EngineError.invalid(option: "--init-path", value: path, reason: "\(error)")
      }
      return path
    }
    for name in ["podman-init", "catatonit"] {
      if let path = try? engine.configuration.programs.path(of: name) { return path }
    }
    return try engine.configuration.programs.path(of: "podman-init")
  }

  private func stopSignal(isSystemd: Bool) throws -> Int32? {
    if let text = request.process.stopSignal {
      guard let signal = Signal(text), signal.rawValue > 0 else {
        throw EngineError.invalid(
          option: "--stop-signal", value: text, reason: "there is no such signal")
      }
      return signal.rawValue
    }
    // An image that names no signal there is gets the usual one.
    if let text = image?.parameters.stopSignal, let signal = Signal(text), signal.rawValue > 0 {
      return signal.rawValue
    }
    return isSystemd ? Signal("SIGRTMIN+3")?.rawValue ?? 37 : nil
  }
}
