public import EngineConfig
import LinuxSystem

/// What holds for every operation of an engine: containers.conf, storage.conf and the options of
/// the command line, in this order, each over the one before.
public struct EngineConfiguration: Sendable {
  /// The version that containers are told of.
  public static let version = "6.0.0"

  /// What containers.conf says.
  public var containersConf: ContainersConf
  /// What storage.conf and the command line say of the store.
  public var storeOptions: StoreOptions
  /// The variables of this process.
  public var environment: [String: String]
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
    containersConf = try ContainersConf(
      reading: files, modules: try Self.modulePaths(options.modules, files))
    let database = containersConf.engine.databaseBackend ?? "sqlite"
    guard database == "sqlite" else {
      throw EngineError.invalid(
        option: "database_backend", value: database, reason: "there is sqlite alone")
    }
    programs = ProgramFolders(
      executable: try runningExecutable(), helperFolders: containersConf.helperFolders)
    storeOptions = try StorageConf(environment: environment, uid: user.uid).storeOptions()
    if let root = options.root { storeOptions.graphRoot = root }
    if let root = options.runRoot { storeOptions.runRoot = root }
    if let driver = options.storageDriver { storeOptions.driver = driver }
    if let store = options.imageStore { storeOptions.imageStore = store }
    for option in options.storageOptions { try storeOptions.apply(driverOption: option) }
    if let isTransient = options.isTransientStore { storeOptions.isTransient = isTransient }
    folders = EngineFolders(
      graphRoot: storeOptions.graphRoot, runRoot: storeOptions.runRoot,
      run: options.temporaryFolder ?? containersConf.engine.temporaryFolder,
      volumes: options.volumePath ?? containersConf.engine.volumePath,
      networks: options.networkConfigurationFolder ?? containersConf.network.folder
        ?? (user.isRootless ? "\(storeOptions.graphRoot)/networks" : "/etc/containers/networks"),
      lasting: containersConf.engine.staticFolder)
    self.environment = environment
  }

  /// The files of modules: paths, or names in the folders `containers.conf.modules`.
  private static func modulePaths(
    _ modules: [String], _ files: ConfigurationFiles
  ) throws -> [String] {
    let folders =
      [files.userFolder, files.administratorFolder, files.vendorFolder].compactMap { $0 }
    return try modules.map { module in
      if module.hasPrefix("/") { return module }
      let places = folders.map { "\($0)/containers.conf.modules/\(module)" }
      for place in places where (try? openFile(place, [.path])) != nil { return place }
      throw EngineError.invalid(
        option: "--module", value: module,
        reason: "it is in none of " + places.joined(separator: ", "))
    }
  }
}
