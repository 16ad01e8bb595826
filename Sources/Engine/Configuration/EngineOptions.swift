/// The options of the command line that hold for every command; nil where nothing was said.
public struct EngineOptions: Equatable, Sendable {
  /// `--root`: where images, containers and records are kept.
  public var root: String?
  /// `--runroot`: what need not survive a boot.
  public var runRoot: String?
  /// `--imagestore`: where images are kept apart from containers.
  public var imageStore: String?
  /// `--storage-driver`.
  public var storageDriver: String?
  /// `--storage-opt`, in the order of the line.
  public var storageOptions: [String] = []
  /// `--transient-store`.
  public var isTransientStore: Bool?
  /// `--tmpdir`: in the place of `<runroot>/libpod`.
  public var temporaryFolder: String?
  /// `--volumepath`.
  public var volumePath: String?
  /// `--network-config-dir`.
  public var networkConfigurationFolder: String?
  /// `--runtime`: a name of containers.conf or a path.
  public var runtime: String?
  /// `--runtime-flag`, each without its dashes.
  public var runtimeFlags: [String] = []
  /// `--cgroup-manager`: `systemd` or `cgroupfs`.
  public var cgroupManager: String?
  /// `--events-backend`: `file`, `journald` or `none`.
  public var eventsBackend: String?
  /// `--hooks-dir`.
  public var hooksFolders: [String] = []
  /// `--cdi-spec-dir`.
  public var cdiFolders: [String] = []
  /// `--module`: files of containers.conf's kind that count last.
  public var modules: [String] = []
  /// `--default-mounts-file`.
  public var defaultMountsFile: String?
  /// `--log-level`.
  public var logLevel: String?

  public init() {}
}
