import EngineConfig
import RuntimeSpec

extension ContainerResolution {
  /// Where the namespaces come from; names of containers become ids.
  func namespaces() throws -> ContainerNamespaces {
    let asked = request.namespaces
    var result = ContainerNamespaces()
    result.pid = try mode(
      "--pid", asked.pid ?? defaults.pidNamespace, allowing: [.private, .host, .pod])
    result.ipc = try mode(
      "--ipc", asked.ipc ?? defaults.ipcNamespace,
      allowing: [.private, .shareable, .none, .host, .pod])
    result.uts = try mode(
      "--uts", asked.uts ?? defaults.utsNamespace, allowing: [.private, .host, .pod])
    result.cgroup = try mode(
      "--cgroupns",
      asked.cgroup ?? defaults.cgroupNamespace
        ?? (engine.cgroups.isUnified ? "private" : "host"),
      allowing: [.private, .host, .pod])
    result.network = try networkMode()
    try resolveUser(&result)
    return result
  }

  private func mode(
    _ option: String, _ text: String, allowing words: [NamespaceMode]
  ) throws -> NamespaceMode {
    guard let mode = NamespaceMode(text.isEmpty ? "private" : text) else {
      throw EngineError.invalid(
        option: option, value: text,
        reason:
          "it has to be \(words.map(\.description).joined(separator: ", ")), container:NAME or "
          + "ns:PATH")
    }
    switch mode {
    case .container(let name): return .container(try joinable(name, option))
    case .path: return mode
    default:
      guard words.contains(mode) else {
        throw EngineError.invalid(
          option: option, value: text,
          reason:
            "it has to be \(words.map(\.description).joined(separator: ", ")), container:NAME "
            + "or ns:PATH")
      }
      return mode
    }
  }

  /// The full id of a container whose namespace is to be joined.
  private func joinable(_ name: String, _ option: String) throws -> String {
    let other = try engine.containers.find(name)
    if option == "--ipc", other.record.namespaces.ipc == .private {
      throw EngineError.invalid(
        option: option, value: "container:\(name)",
        reason: "that container keeps its IPC namespace to itself; run it with --ipc shareable")
    }
    return other.id
  }

  private func networkMode() throws -> NamespaceMode {
    let networks = request.network.networks
    guard let first = networks.first else {
      let standard = defaults.networkNamespace
      return ["none", "host"].contains(standard)
        ? try mode("netns", standard, allowing: [.none, .host]) : .private
    }
    let word = first.split(separator: ":", maxSplits: 1).first.map(String.init) ?? first
    guard ["none", "host", "private", "container", "ns", "pod"].contains(word) else {
      return .private
    }
    if networks.count > 1 {
      throw EngineError.conflict("--network \(first)", "--network \(networks[1])")
    }
    return try mode("--network", first, allowing: [.none, .host, .private, .pod])
  }

  // MARK: Users

  private func resolveUser(_ result: inout ContainerNamespaces) throws {
    let asked = request.namespaces
    let text = asked.user ?? environment["PODMAN_USERNS"] ?? defaults.userNamespace
    let hasMaps =
      !asked.uidMaps.isEmpty || !asked.gidMaps.isEmpty || asked.subordinateUserName != nil
      || asked.subordinateGroupName != nil
    if hasMaps {
      if asked.user != nil, text != "private" {
        throw EngineError.conflict("--uidmap and --gidmap", "--userns")
      }
      result.user = .private
      let maps = try UserMappings.parse(asked)
      result.uidMappings = maps.users
      result.gidMappings = maps.groups
      return
    }
    let mode = try self.mode(
      "--userns", text == "private" ? "host" : text,
      allowing: [.host, .noMap, .pod] + (NamespaceMode(text).map { [$0] } ?? []))
    switch mode {
    case .host, .path, .pod: result.user = mode
    case .container(let id):
      result.user = mode
      let other = try engine.containers.find(id).record.namespaces
      result.uidMappings = other.uidMappings
      result.gidMappings = other.gidMappings
    case .keepID(let uid, let gid, let size):
      guard isRootless else {
        // Root's own numbers are all there are: a namespace of its own with the same numbers.
        if uid != nil || gid != nil || size != nil {
          throw EngineError.unsupported(
            "--userns \(text)", reason: "uid, gid and size are for containers of ordinary users")
        }
        result.user = mode
        result.uidMappings = Self.same(UserMappings.parents("uid_map"))
        result.gidMappings = Self.same(UserMappings.parents("gid_map"))
        return
      }
      let user = engine.configuration.user
      result.user = mode
      result.uidMappings = try UserMappings.keeping(
        uid ?? user.uid, size: size, available: UserMappings.available("uid_map"))
      result.gidMappings = try UserMappings.keeping(
        gid ?? user.gid, size: size, available: UserMappings.available("gid_map"))
    case .noMap:
      try requireRootless("nomap")
      result.user = mode
      result.uidMappings = UserMappings.withoutOwn(UserMappings.available("uid_map"))
      result.gidMappings = UserMappings.withoutOwn(UserMappings.available("gid_map"))
    case .auto(let range):
      result.user = mode
      let maps = try UserMappings.automatic(range, engine: engine, image: image, request: request)
      result.uidMappings = maps.users
      result.gidMappings = maps.groups
    case .private, .shareable, .none:
      throw EngineError.invalid(
        option: "--userns", value: text,
        reason: "it has to be host, auto, keep-id, nomap, container:NAME or ns:PATH")
    }
  }

  private static func same(
    _ maps: [UserMappings.Mapping]
  ) -> [UserMappings.Mapping] {
    maps.map { .init(containerID: $0.containerID, hostID: $0.containerID, size: $0.size) }
  }

  private func requireRootless(_ mode: String) throws {
    if !isRootless {
      throw EngineError.unsupported(
        "--userns \(mode)", reason: "it is only supported in rootless mode")
    }
  }
}
