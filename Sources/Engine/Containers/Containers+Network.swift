import EngineConfig
import JSON
import LinuxSystem
import Networking
import RuntimeSpec

extension ContainerPreparation {
  /// What the container has of its networks.
  var statuses: [NetworkStatus] { Networks.statuses(state) }

  /// Whether the network is the runtime's to make, because it belongs to the container's own users:
  /// then it is set up once the container is there and before it starts.
  var setsUpNetworkLater: Bool {
    record.namespaces.network == .private && !record.namespaces.uidMappings.isEmpty
  }

  /// Where the file of the container's network namespace stands.
  var networkPath: String {
    let runtimeFolder = context.isRootless ? engine.configuration.user.runFolder : "/run"
    return NetworkNamespace.path(ofContainer: record.id, runtimeFolder: runtimeFolder)
  }

  /// How often the container's lent addresses are to be asked for anew; nil where it has none.
  var upkeepInterval: Int64? {
    guard setsUpNetworkLater else { return secondsToRenewal }
    // How long they are lent is known only when the monitor is there.
    let isLent = record.network.attachments.contains {
      (try? engine.networks.find($0.name))?.addressSource == .dhcp
    }
    return isLent ? 60 : nil
  }

  /// Makes the network namespace and all that is in it.
  mutating func setUpNetwork() throws {
    state.networkStatus = []
    state.networkNamespace = nil
    guard record.namespaces.network == .private, !setsUpNetworkLater else { return }
    let path = networkPath
    try NetworkNamespace.create(at: path)
    undo.add { try NetworkNamespace.remove(at: path) }
    state.networkNamespace = path
    context.joined[.network] = path
    try configureNetwork(path)
  }

  /// Puts what was asked for into a namespace.
  mutating func configureNetwork(_ path: String) throws {
    let networks = engine.networks
    let id = record.id
    undo.add { try networks.tearDown(containerID: id) }
    if let text = record.network.userMode {
      guard let mode = UserModeNetwork(rawValue: text) else {
        throw EngineError.invalid(option: "--network", value: text, reason: "there is no such mode")
      }
      let setup = try networks.service.setUp(
        mode, options: record.network.userModeOptions, namespace: path, containerID: record.id,
        ports: try record.network.ports.map { try networks.mapping($0) })
      state.networkStatus = Networks.trees([setup.status])
      userModeServers = setup.dnsServers
      userModeHost = setup.hostAddress
      return
    }
    guard !record.network.attachments.isEmpty else { return }
    let setup = try networks.setUp(record, namespace: path)
    state.networkStatus = Networks.trees(setup.statuses)
    if engine.configuration.containersConf.engine.reservesPorts { heldPorts = setup.heldPorts }
    secondsToRenewal = setup.secondsToRenewal
  }
}
