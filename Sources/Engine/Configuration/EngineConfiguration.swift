public import EngineConfig
import LinuxSystem

/// What holds for every operation of an engine: containers.conf, storage.conf and the options of
/// the command line, in this order, each over the one before.
public struct EngineConfiguration: Sendable {
  /// What containers.conf says.
  public var containersConf: ContainersConf
  /// Where things are kept.
  public var folders: EngineFolders
  /// What the command line said.
  public var options: EngineOptions
  /// Where the other programs stand.
  public var programs: ProgramFolders
  /// The user that the engine works for: the caller, also inside a user namespace of theirs.
  public var user: EngineUser

  /// Reads the configuration of this process.
  public init(_ options: EngineOptions, environment: [String: String]) throws {
    self.options = options
    user = try EngineUser(environment: environment)
    let files = ConfigurationFiles(environment: environment, uid: user.uid)
    containersConf = try ContainersConf(reading: files)
    programs = ProgramFolders(
      executable: try runningExecutable(), helperFolders: containersConf.helperFolders)
    folders = Self.folders(options, user)
  }

  private static func folders(_ options: EngineOptions, _ user: EngineUser) -> EngineFolders {
    let graphRoot =
      options.root
      ?? (user.isRootless
        ? "\(user.dataFolder)/containers/storage" : "/var/lib/containers/storage")
    let runRoot =
      options.runRoot
      ?? (user.isRootless ? "\(user.runFolder)/containers" : "/run/containers/storage")
    let networks =
      options.networkConfigurationFolder
      ?? (user.isRootless ? "\(graphRoot)/networks" : "/etc/containers/networks")
    return EngineFolders(
      graphRoot: graphRoot, runRoot: runRoot, run: options.temporaryFolder,
      volumes: options.volumePath, networks: networks)
  }
}
