extension NetworkService {
  /// All networks, by name, with the default one; a file that cannot be used is in `broken`.
  public func list() throws(NetworkError) -> (networks: [Network], broken: [NetworkError]) {
    ([], [])
  }

  /// A network by its name, its id or a beginning of the id that no other has.
  public func network(_ nameOrID: String) throws(NetworkError) -> Network {
    throw .notFound(nameOrID)
  }

  /// Creates a network and writes its file.
  public func create(_ request: NetworkRequest) throws(NetworkError) -> Network {
    throw .noFreeSubnet
  }

  /// Removes a network's file and what is left of its bridge.
  ///
  /// Whether containers use it is the caller's to know; those that are in it now are an error.
  ///
  /// - Returns: the network that was.
  @discardableResult
  public func remove(_ nameOrID: String) throws(NetworkError) -> Network {
    throw .notFound(nameOrID)
  }

  /// Changes the servers of a network for names outside, also for its running containers.
  public func update(
    _ nameOrID: String, addingServers: [String], droppingServers: [String]
  ) throws(NetworkError) {
    throw .notFound(nameOrID)
  }
}
