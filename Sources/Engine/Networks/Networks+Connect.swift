import LinuxSystem
import Networking
import StateStore
import SystemPackage

extension Networks {
  /// Joins a container to a network: a running one at once, and any with its next start.
  public func connect(
    _ nameOrID: String, container: String, _ attachment: ContainerNetwork.Attachment
  ) throws {
    let service = try service
    let network = try service.network(nameOrID)
    let found = try engine.containers.find(container)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard var current = try engine.containers.container(id: found.id) else {
      throw EngineError.noSuch(.container, container)
    }
    guard current.record.namespaces.network == .private, current.record.network.userMode == nil
    else {
      throw EngineError.unsupported(
        "network connect",
        reason: "the container's network mode is "
          + (current.record.network.userMode ?? "\(current.record.namespaces.network)")
          + ", and only containers of bridge networks can be connected")
    }
    if current.record.network.attachments.contains(where: { $0.name == network.name }) {
      throw NetworkError.alreadyJoined(container: current.id, network: network.name)
    }
    var added = attachment
    added.name = network.name
    current.record.network.attachments.append(added)
    let statuses = try service.statuses(containerID: current.id)
    if !statuses.isEmpty {
      let status = try service.connect(
        containerID: current.id, try self.attachment(added, current.record))
      current.state.networkStatus += Self.trees([status])
      try engine.containers.save(current.state, of: current.id)
      try rewriteFiles(current, before: statuses)
    }
    try save(current.record)
    engine.events.emit(.network(.connect, name: network.name, container: current.record))
  }

  /// Takes a container out of a network.
  public func disconnect(_ nameOrID: String, container: String, isForced: Bool) throws {
    let service = try service
    let name = (try? service.network(nameOrID).name) ?? nameOrID
    let found = try engine.containers.find(container)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard var current = try engine.containers.container(id: found.id) else {
      throw EngineError.noSuch(.container, container)
    }
    guard current.record.network.attachments.contains(where: { $0.name == name }) else {
      if isForced { return }
      throw NetworkError.notJoined(container: current.id, network: name)
    }
    let statuses = try service.statuses(containerID: current.id)
    if statuses.contains(where: { $0.network == name }) {
      try service.disconnect(containerID: current.id, network: name)
      current.state.networkStatus = Self.trees(statuses.filter { $0.network != name })
      try engine.containers.save(current.state, of: current.id)
    }
    current.record.network.attachments.removeAll { $0.name == name }
    try save(current.record)
    try rewriteFiles(current, before: statuses)
    engine.events.emit(.network(.disconnect, name: name, container: current.record))
  }

  private func save(_ record: ContainerRecord) throws {
    try engine.state.setDocument(
      try engine.text(record), name: record.name, kind: ObjectKind.container.rawValue,
      id: record.id)
  }

  /// Brings the hosts file and the resolver's of a running container up to date, in place: they are mounted
  /// into it file by file. Lines that its owner has added stay.
  private func rewriteFiles(_ container: Containers.Container, before: [NetworkStatus]) throws {
    let statuses = Self.statuses(container.state)
    guard !(before + statuses).isEmpty else { return }
    let network = container.record.network
    if !network.keepsHosts, let path = hostsPath(container),
      let text = try? readFile(path, limit: 1 << 24)
    {
      try overwrite(
        path,
        with: HostsFile.updated(
          String(decoding: text, as: UTF8.self), before: before, after: statuses,
          ownNames(container.record)))
    }
    if !network.keepsResolver, let path = resolverPath(container) {
      try overwrite(path, with: resolvConf(container.record, statuses: statuses))
    }
  }

  private func overwrite(_ path: String, with text: String) throws(SystemError) {
    let file: OwnedDescriptor
    do throws(SystemError) {
      file = try openFile(path, [.writeOnly, .truncate, .noFollow])
    } catch {
      if error.errno == .noSuchFileOrDirectory { return }
      throw error
    }
    try file.lent.writeAll(text, subject: path)
  }

  /// Where the engine keeps the file that is the container's /etc/hosts.
  private func hostsPath(_ container: Containers.Container) -> String? {
    engine.containers.runFolder(container.id).map { $0 + "/hosts" }
  }

  private func resolverPath(_ container: Containers.Container) -> String? {
    engine.containers.runFolder(container.id).map { $0 + "/resolv.conf" }
  }
}

extension Containers {
  /// The folder with a container's generated files.
  fileprivate func runFolder(_ id: String) -> String? {
    "\(engine.configuration.folders.runRoot)/overlay-containers/\(id)/userdata"
  }
}
