public import Networking

extension Networks {
  /// All networks, by name, and what is wrong with files that cannot be used.
  public func list() throws -> (networks: [Network], broken: [any Error]) {
    let (networks, broken) = try service.list()
    return (networks, broken)
  }

  /// A network by its name, id or a beginning of the id.
  public func find(_ nameOrID: String) throws -> Network { try service.network(nameOrID) }

  /// Whether there is such a network.
  public func exists(_ nameOrID: String) throws -> Bool {
    let service = try service
    do throws(NetworkError) {
      _ = try service.network(nameOrID)
      return true
    } catch {
      if case .notFound = error { return false }
      throw error
    }
  }

  /// Creates a network.
  public func create(_ request: NewNetworkRequest) throws -> Network {
    let network = try service.create(request)
    engine.events.emit(
      .network(.create, name: network.name, id: network.id, driver: network.driver))
    return network
  }

  /// Removes a network.
  ///
  /// - Parameter removingContainers: does that for containers that use it; without it they are an error.
  public func remove(
    _ nameOrID: String, removingContainers: (([Containers.Container]) throws -> Void)? = nil
  ) throws -> Network {
    let service = try service
    let network = try service.network(nameOrID)
    if network.name == service.configuration.defaultNetwork {
      throw NetworkError.defaultNetwork(network.name)
    }
    let users = try users(of: network.name)
    if !users.isEmpty {
      guard let removingContainers else {
        throw NetworkError.inUse(network: network.name, containers: users.map(\.id))
      }
      try removingContainers(users)
    }
    let removed = try service.remove(network.name)
    engine.events.emit(
      .network(.remove, name: removed.name, id: removed.id, driver: removed.driver))
    return removed
  }

  /// The networks that no container uses, but for the default one.
  public func unused() throws -> [Network] {
    let service = try service
    let used = Set(
      try engine.containers.all().flatMap { $0.record.network.attachments.map(\.name) })
    return try service.list().networks.filter {
      $0.name != service.configuration.defaultNetwork && !used.contains($0.name)
    }
  }

  /// Changes a network's servers for names outside.
  public func update(
    _ nameOrID: String, addingServers: [String], droppingServers: [String]
  ) throws {
    try service.update(
      nameOrID, addingServers: addingServers, droppingServers: droppingServers)
  }

  /// Restores the firewall's rules of running containers.
  public func reload(_ containers: [Containers.Container]?) throws {
    try service.reload(containerIDs: containers.map { $0.map(\.id) })
  }
}
