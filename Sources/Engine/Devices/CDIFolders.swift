import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The CDI files of the machine. Of two that have a device, that of the later folder counts; two in one
/// folder are an error, because nobody could say which is meant.
struct CDIFolders {
  private struct Entry {
    var device: CDIEdits?
    var whole: CDIEdits?
    var path: String
    var folder: Int
    /// Another file of the same folder with the same device.
    var rival: String?
  }

  private var entries: [String: Entry] = [:]
  private var kinds: Set<String> = []
  /// What could not be read, for the error of a device that is not found.
  private var failures: [String] = []
  private let folders: [String]

  init(_ folders: [String]) {
    self.folders = folders
    for (index, folder) in folders.enumerated() {
      guard let opened = try? openFile(folder, [.readOnly, .directory]),
        let names = try? opened.lent.entryNames()
      else { continue }
      for name in names.sorted() {
        guard [".json", ".yaml"].contains(where: name.hasSuffix) else { continue }
        let path = "\(folder)/\(name)"
        do {
          take(try Self.read(path), path, index)
        } catch {
          failures.append("\(path): \(error)")
        }
      }
    }
  }

  private mutating func take(_ file: CDISpecification, _ path: String, _ index: Int) {
    kinds.insert(file.kind)
    for device in file.devices {
      let name = "\(file.kind)=\(device.name)"
      var entry = Entry(device: device.edits, whole: file.edits, path: path, folder: index)
      if let other = entries[name], other.folder == index { entry.rival = other.path }
      entries[name] = entry
    }
  }

  /// Reads and checks one file.
  static func read(_ path: String) throws -> CDISpecification {
    var text = try readRegularFile(path, limit: 16 << 20)
    if path.hasSuffix(".yaml") {
      text = try JSONWriter().write(
        try YAMLReader.read(String(decoding: text, as: UTF8.self)))
    }
    let file = try JSONReader().read(CDISpecification.self, from: text)
    if let problem = file.problem { throw EngineError.nothingToDo(problem) }
    return file
  }

  /// What a container with these devices gets, what belongs to a whole file once.
  func edits(for names: [CDIName]) throws -> [CDIEdits] {
    var result: [CDIEdits] = []
    var files: Set<String> = []
    for name in names {
      guard let entry = entries["\(name)"] else {
        let reason =
          "no file in \(folders.joined(separator: ", ")) has it: unresolvable CDI devices \(name)"
        throw EngineError.invalid(
          option: "--device", value: "\(name)",
          reason: failures.isEmpty ? reason : reason + "; " + failures.joined(separator: "; "))
      }
      if let rival = entry.rival {
        throw EngineError.invalid(
          option: "--device", value: "\(name)", reason: "both \(rival) and \(entry.path) have it")
      }
      if files.insert(entry.path).inserted, let whole = entry.whole { result.append(whole) }
      if let device = entry.device { result.append(device) }
    }
    return result
  }

  /// The devices that `--gpus` means: `all`, or a vendor's names, with or without `device=`.
  func graphics(_ words: [String]) throws -> [CDIName] {
    let vendors = ["nvidia.com/gpu", "amd.com/gpu"]
    guard let kind = vendors.first(where: kinds.contains) else {
      let reason =
        "no file in \(folders.joined(separator: ", ")) describes a GPU of NVIDIA or AMD; for NVIDIA's "
        + "run nvidia-ctk cdi generate"
      throw EngineError.unsupported(
        "--gpus \(words.joined(separator: ","))",
        reason: failures.isEmpty ? reason : reason + "; " + failures.joined(separator: "; "))
    }
    return try words.map { word in
      let name = word.hasPrefix("device=") ? String(word.dropFirst("device=".count)) : word
      guard let device = CDIName("\(kind)=\(name)") else {
        throw EngineError.invalid(
          option: "--gpus", value: word, reason: "it has to be all or the name of a GPU")
      }
      return device
    }
  }
}

extension HostDevice {
  /// A node of a CDI file; what it does not say is as the host's node has it.
  init(_ node: CDIEdits.Node, user: ContainerUser) throws {
    let hostPath = node.hostPath.flatMap { $0.isEmpty ? nil : $0 } ?? node.path
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: "--device", value: node.path, reason: reason)
    }
    var found: HostDevice?
    if let opened = try? openFile(hostPath, [.path]),
      let status = try? opened.lent.status(subject: hostPath)
    {
      found = HostDevice(hostPath, node.path, status, "rwm")
    }
    var device: HostDevice
    if let found {
      device = found
    } else {
      guard let type = node.type, !type.isEmpty, let major = node.major, let minor = node.minor
      else { throw wrong("the host has no device \(hostPath)") }
      guard let major = UInt32(exactly: major), let minor = UInt32(exactly: minor) else {
        throw wrong("the numbers \(major):\(minor) are no device's")
      }
      device = HostDevice(
        hostPath: hostPath, path: node.path, kind: type == "b" ? .block : .character,
        number: DeviceNumber(major: major, minor: minor))
    }
    switch node.type {
    case "b"?: device.kind = .block
    case "c"?, "u"?: device.kind = .character
    default: break
    }
    if let major = node.major, let minor = node.minor, major >= 0, minor >= 0,
      let first = UInt32(exactly: major), let second = UInt32(exactly: minor), first > 0
    {
      device.number = DeviceNumber(major: first, minor: second)
    }
    device.mode = node.mode ?? device.mode
    device.uid = node.uid ?? (user.uid > 0 ? user.uid : device.uid)
    device.gid = node.gid ?? (user.gid > 0 ? user.gid : device.gid)
    if let permissions = node.permissions, !permissions.isEmpty { device.access = permissions }
    self = device
  }
}

extension Spec {
  /// Gives a container what belongs to a CDI device, but for its nodes.
  mutating func apply(_ edits: CDIEdits) {
    for entry in edits.environment ?? [] {
      let name = entry.prefix { $0 != "=" }
      var variables = process?.env ?? []
      variables.removeAll { $0.hasPrefix("\(name)=") }
      process?.env = variables + [entry]
    }
    for group in edits.groups ?? [] where group > 0 {
      var groups = process?.user.additionalGids ?? []
      if !groups.contains(group) { groups.append(group) }
      process?.user.additionalGids = groups
    }
    for mount in edits.mounts ?? [] {
      var all = mounts ?? []
      all.removeAll { $0.destination == mount.containerPath }
      var options = mount.options ?? []
      if !options.contains("bind"), !options.contains("rbind"), (mount.type ?? "bind") == "bind" {
        options.append("rbind")
      }
      all.append(
        Mount(
          destination: mount.containerPath, type: mount.type ?? "bind", source: mount.hostPath,
          options: options))
      mounts = all
    }
    for hook in edits.hooks ?? [] {
      var entry = Spec.Hook(path: hook.path)
      entry.args = hook.arguments
      entry.env = hook.environment
      entry.timeout = hook.timeout
      var hooks = self.hooks ?? Spec.Hooks()
      switch hook.name {
      case "prestart": hooks.prestart = (hooks.prestart ?? []) + [entry]
      case "createRuntime": hooks.createRuntime = (hooks.createRuntime ?? []) + [entry]
      case "createContainer": hooks.createContainer = (hooks.createContainer ?? []) + [entry]
      case "startContainer": hooks.startContainer = (hooks.startContainer ?? []) + [entry]
      case "poststart": hooks.poststart = (hooks.poststart ?? []) + [entry]
      default: hooks.poststop = (hooks.poststop ?? []) + [entry]
      }
      self.hooks = hooks
    }
    if let rdt = edits.intelRdt {
      linux?.intelRdt = Linux.IntelRdt(
        closID: rdt.closID, l3CacheSchema: rdt.cacheSchema, memBwSchema: rdt.bandwidthSchema)
    }
  }
}
