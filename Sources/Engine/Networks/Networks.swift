import EngineConfig
public import Networking

/// The networks of an engine. Each operation has its file.
public struct Networks {
  let engine: ContainerEngine

  /// Networks as they are below: definitions, and what containers have of them.
  public var service: NetworkService {
    get throws { NetworkService(try configuration()) }
  }

  private func configuration() throws -> NetworkConfiguration {
    let settings = engine.configuration.containersConf.network
    let folders = engine.configuration.folders
    let usesCNI = settings.backend == "cni"
    var result = NetworkConfiguration(
      definitions: engine.configuration.options.networkConfigurationFolder == nil && !usesCNI
        ? settings.folder ?? folders.networks : folders.networks,
      runFolder: "\(folders.run)/networks", isRootless: engine.configuration.user.isRootless)
    result.defaultNetwork = settings.defaultNetwork
    result.defaultSubnet = settings.defaultSubnet
    result.subnetPools = settings.subnetPools.compactMap { pool in
      guard let base = Subnet(pool["base"] ?? ""), let size = Int(pool["size"] ?? "") else {
        return nil
      }
      return SubnetPool(base: base.network, size: size)
    }
    result.dnsPort = settings.dnsPort ?? 53
    result.nameServerProgram = try? engine.configuration.programs.path(of: "podman-dns")
    result.restoreCommand = (try? engine.ownCommand(["network", "reload", "--all"])) ?? []
    result.pastaOptions = settings.pastaOptions
    result.helperFolders += engine.configuration.programs.searched
    result.usesCNI = usesCNI
    result.cniDefinitions =
      engine.configuration.options.networkConfigurationFolder ?? settings.folder
      ?? result.cniDefinitions
    result.cniPluginFolders = settings.cniPluginFolders
    return result
  }

  /// The containers, running or not, that are in a network.
  func users(of network: String) throws -> [Containers.Container] {
    try engine.containers.all().filter { container in
      container.record.network.attachments.contains { $0.name == network }
    }
  }
}
