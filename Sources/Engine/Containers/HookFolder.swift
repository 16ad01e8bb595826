import EngineConfig
import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Hooks that the machine's administrator has for containers that fit a condition: oci-hooks(5).
struct HookFolder: JSONObject {
  var version = ""
  var hook = Spec.Hook(path: "")
  var condition = Condition()
  var stages: [String] = []

  /// When a hook is meant; all that is said has to be so.
  struct Condition: JSONObject {
    var always: Bool?
    var annotations: [String: String]?
    var commands: [String]?
    var hasBindMounts: Bool?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("always", &always)
      try object.member("annotations", &annotations)
      try object.member("commands", &commands)
      try object.member("hasBindMounts", &hasBindMounts)
    }
  }

  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("version", &version)
    try object.member("hook", &hook)
    try object.member("when", &condition)
    try object.member("stages", &stages)
  }

  /// The hooks of a container; nil for none. Of two files of one name that of the later folder counts.
  static func hooks(of record: ContainerRecord, _ engine: ContainerEngine) throws -> Spec.Hooks? {
    let asked = engine.configuration.options.hooksFolders
    let folders =
      asked.isEmpty ? engine.configuration.containersConf.engine.hooksFolders : asked
    var files: [String: String] = [:]
    for folder in folders {
      let opened: OwnedDescriptor
      do throws(SystemError) {
        opened = try openFile(folder, [.readOnly, .directory])
      } catch {
        if asked.isEmpty, error.errno == .noSuchFileOrDirectory { continue }
        throw error
      }
      for name in try opened.lent.entryNames() where name.hasSuffix(".json") {
        files[name] = "\(folder)/\(name)"
      }
    }
    if files.isEmpty { return nil }
    var hooks = Spec.Hooks()
    for (_, path) in files.sorted(by: { $0.key < $1.key }) {
      let file: HookFolder
      do {
        file = try JSONReader().read(
          HookFolder.self, from: try readRegularFile(path, limit: 1 << 20))
      } catch {
        throw EngineError.damaged(path: path, reason: "\(error)")
      }
      guard try file.condition.fits(record) else { continue }
      for stage in file.stages { try add(file.hook, stage, path, to: &hooks) }
    }
    return hooks == Spec.Hooks() ? nil : hooks
  }

  private static func add(
    _ hook: Spec.Hook, _ stage: String, _ path: String, to hooks: inout Spec.Hooks
  ) throws {
    switch stage {
    case "prestart": hooks.prestart = (hooks.prestart ?? []) + [hook]
    case "createRuntime": hooks.createRuntime = (hooks.createRuntime ?? []) + [hook]
    case "createContainer": hooks.createContainer = (hooks.createContainer ?? []) + [hook]
    case "startContainer": hooks.startContainer = (hooks.startContainer ?? []) + [hook]
    case "poststart": hooks.poststart = (hooks.poststart ?? []) + [hook]
    case "poststop": hooks.poststop = (hooks.poststop ?? []) + [hook]
    default:
      throw EngineError.damaged(path: path, reason: "there is no stage \"\(stage)\"")
    }
  }
}

extension HookFolder.Condition {
  func fits(_ record: ContainerRecord) throws -> Bool {
    var isSaid = false
    if let always {
      isSaid = true
      if !always { return false }
    }
    if let hasBindMounts {
      isSaid = true
      if record.mounts.contains(where: { $0.kind == .bind }) != hasBindMounts { return false }
    }
    if let commands {
      isSaid = true
      let program = record.process.arguments.first ?? ""
      if try !commands.contains(where: { try Self.matches($0, program) }) { return false }
    }
    for (name, value) in annotations ?? [:] {
      isSaid = true
      let fits = try record.annotations.contains {
        try Self.matches(name, $0.key) && Self.matches(value, $0.value)
      }
      if !fits { return false }
    }
    return isSaid
  }

  private static func matches(_ pattern: String, _ text: String) throws -> Bool {
    guard let compiled = TextPattern(pattern) else {
      throw EngineError.invalid(
        option: "--hooks-dir", value: pattern, reason: "it is no regular expression")
    }
    return compiled.matches(text)
  }
}
