import EngineConfig
public import HelperProtocols
import JSON
import LinuxSystem
public import Networking
import RuntimeSpec
import Storage

extension Containers {
  /// What `inspect` shows beside record and state.
  public struct Facts: Sendable {
    public var lastingFolder = ""
    public var runFolder = ""
    public var graphDriver = ""
    /// `LowerDir`, `UpperDir`…
    public var graphData: [String: String] = [:]
    public var cgroupManager = ""
    public var health: HealthLog?
    public var networks: [NetworkStatus] = []
    public var logPath: String?
    public var runtimePath = ""
    /// The host's folder of each volume, by name.
    public var volumeFolders: [String: String] = [:]
    /// What the container was last started with as `HOME=`; nil where it never was, or says so itself.
    public var home: String?
  }

  /// Finds them.
  public func facts(of container: Container) -> Facts {
    let folders = ContainerFolders(container.id, engine)
    var facts = Facts()
    facts.lastingFolder = folders.lasting
    facts.runFolder = folders.run
    facts.graphDriver = engine.configuration.storeOptions.driver ?? "overlay"
    facts.cgroupManager = engine.cgroupManager
    facts.health = healthLog(of: container)
    facts.networks = Networks.statuses(container.state)
    facts.runtimePath = (try? engine.runtimeProgram(container.record.runtime)) ?? ""
    if container.record.log.driver.hasSuffix("-file") {
      facts.logPath = container.record.log.path ?? folders.log
    }
    for mount in container.record.mounts where mount.kind == .volume {
      facts.volumeFolders[mount.source] = engine.volumes.folder(mount.source)
    }
    if !container.record.imageID.isEmpty, facts.graphDriver == "overlay" {
      facts.graphData = (try? overlayData(container)) ?? [:]
    }
    facts.home = startedHome(container, folders)
    return facts
  }

  /// The user's home stands in the container's own files: what the last start found there.
  private func startedHome(_ container: Container, _ folders: ContainerFolders) -> String? {
    guard container.state.startedAt != 0,
      !container.record.process.environment.contains(where: { $0.hasPrefix("HOME=") }),
      let text = try? readFile(folders.run + "/config.json", limit: 16 << 20),
      let spec = try? JSONReader().read(Spec.self, from: text)
    else { return nil }
    return spec.process?.env?.first { $0.hasPrefix("HOME=") }
  }

  private func overlayData(_ container: Container) throws -> [String: String] {
    let store = try engine.store
    guard let stored = try store.container(container.id) else { return [:] }
    let root = engine.configuration.folders.graphRoot + "/overlay"
    var lower: [String] = []
    var next = try store.layer(stored.layer)?.parent
    while let id = next, lower.count < 500 {
      lower.append("\(root)/\(id)/diff")
      next = try store.layer(id)?.parent
    }
    let own = "\(root)/\(stored.layer)"
    var data = [
      "LowerDir": lower.joined(separator: ":"), "UpperDir": own + "/diff", "WorkDir": own + "/work",
    ]
    if container.state.root != nil { data["MergedDir"] = own + "/merged" }
    return data
  }
}
