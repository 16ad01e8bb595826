/// Where an engine keeps what.
public struct EngineFolders: Equatable, Sendable {
  /// Images, layers and containers: `graphroot` of storage.conf.
  public var graphRoot: String
  /// Mounts and locks, gone with the next boot: `runroot` of storage.conf.
  public var runRoot: String
  /// Our own files that need not survive a boot.
  public var run: String
  /// Volumes of the driver `local`.
  public var volumes: String
  /// Networks as podman keeps them.
  public var networks: String
  /// Our own files that last.
  public var lasting: String

  public init(
    graphRoot: String, runRoot: String, run: String? = nil, volumes: String? = nil,
    networks: String, lasting: String? = nil
  ) {
    self.graphRoot = graphRoot
    self.runRoot = runRoot
    self.run = run ?? runRoot + "/libpod"
    self.volumes = volumes ?? graphRoot + "/volumes"
    self.networks = networks
    self.lasting = lasting ?? graphRoot + "/libpod"
  }

  /// Our records.
  public var stateDatabase: String { lasting + "/podman.sqlite" }
  /// The exit records that monitors write, a file for each container.
  public var exits: String { run + "/exits" }
  /// The sockets of monitors, a folder for each container.
  public var sockets: String { run + "/socket" }
  /// The states of the OCI runtime.
  public var runtimeState: String { run + "/runtime" }
}
