import LinuxSystem
import RuntimeCore
import SystemPackage

/// The options that stand before the command, and what they make of the runtime.
struct GlobalOptions {
  var parsed: ParsedOptions

  /// - Parameter root: the default root folder, where help is to tell it.
  static func declarations(root: String = "") -> [Option] {
    [
      Option("debug", "enable debug logging"),
      Option("log", .text(), "append the log to this file instead of writing it to standard error"),
      Option("log-format", .text(default: "text"), "the log's format: text or json"),
      Option(
        "root", .text(default: root),
        "the folder that holds the containers' state, best on a tmpfs"),
      Option("criu", .text(default: "criu"), "the criu program for checkpoint and restore"),
      Option(
        "systemd-cgroup",
        "let systemd make the cgroups; cgroupsPath is then slice:prefix:name"),
      Option(
        "cgroup-manager", .text(),
        "who makes the cgroups: cgroupfs, systemd, or nobody with disabled"),
      Option(
        "rootless", .text(default: "auto"),
        "pass over cgroups that may not be changed: true, false or auto"),
      Option("version", "v", .flag, "print the version"),
    ]
  }

  /// Opens the log as asked for.
  func makeLog() throws -> LogWriter {
    let format: LogWriter.Format
    switch parsed.text("log-format") ?? "text" {
    case "text": format = .text
    case "json": format = .json
    case let other: throw CommandError.invalidLogFormat(other)
    }
    let file: SharedDescriptor?
    if let path = parsed.text("log") {
      file = SharedDescriptor(
        try openFile(path, [.writeOnly, .create, .append, .noControllingTerminal], mode: 0o644))
    } else {
      file = nil
    }
    return LogWriter(
      format: format, least: parsed.flag("debug") ? .debug : .info, file: file)
  }

  /// What all commands share; makes the root folder of a user if need be.
  func makeContext(_ log: LogWriter) throws -> RuntimeContext {
    let root: String
    if parsed.has("root") {
      root = try absoluteRoot(parsed.text("root") ?? "")
    } else {
      root = try RootFolder.standard.prepared()
    }
    let manager = try cgroupManager()
    return RuntimeContext(
      root: root, usesSystemd: manager == .systemd, usesNoCgroups: manager == .disabled,
      isRootless: try isRootless(), log: log.runtimeLog)
  }

  private enum CgroupManager: String {
    case cgroupfs, systemd, disabled
  }

  private func cgroupManager() throws -> CgroupManager {
    guard let text = parsed.text("cgroup-manager") else {
      return parsed.flag("systemd-cgroup") ? .systemd : .cgroupfs
    }
    guard let manager = CgroupManager(rawValue: text) else {
      throw CommandError.invalidOption(
        "cgroup-manager", reason: "it can be cgroupfs, systemd or disabled")
    }
    if parsed.flag("systemd-cgroup"), manager != .systemd {
      throw CommandError.invalidOption(
        "cgroup-manager", reason: "--systemd-cgroup says that it is systemd")
    }
    return manager
  }

  /// The root as an absolute path without `.`, `..` and doubled slashes.
  private func absoluteRoot(_ path: String) throws -> String {
    let absolute =
      path.hasPrefix("/") ? path : try CurrentProcess.workingDirectory() + "/" + path
    let root = FilePath(absolute).lexicallyNormalized().string
    if root == "/" { throw CommandError.rootIsSlash }
    return root
  }

  private func isRootless() throws -> Bool? {
    guard let text = parsed.text("rootless"), text.lowercased() != "auto" else { return nil }
    guard let value = parseBoolean(text) else {
      throw CommandError.invalidOption("rootless", reason: "it can be true, false or auto")
    }
    return value
  }
}

extension Option {
  /// A flag without a letter.
  init(_ name: String, _ help: String) { self.init(name, nil, .flag, help) }

  /// An option with a value and without a letter.
  init(_ name: String, _ value: Value, _ help: String?) { self.init(name, nil, value, help) }
}
