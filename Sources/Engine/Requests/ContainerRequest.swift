public import ImageSpec

/// A container as it is asked for. What is nil is left to the image and to containers.conf.
///
/// The command line, the APIs and kube YAML all decode to it; `Containers.create` resolves it once to a
/// `ContainerRecord`.
public struct ContainerRequest: Sendable {
  public var name: String?
  /// An image's name or id; nil with `rootfs`.
  public var image: String?
  /// How the image is found.
  public var imageSource = ImageSource()
  /// A folder of the host that is the root.
  public var rootfs: String?
  public var isRootfsOverlay = false
  public var rootfsIDMap: String?
  /// The command line, for `inspect` and for making it anew.
  public var createCommand: [String] = []
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  public var hostname: String?
  public var domainname: String?
  /// A pod's name or id.
  public var pod: String?
  public var isInfra = false
  public var isService = false
  public var process = ProcessRequest()
  public var namespaces = NamespaceRequest()
  public var security = SecurityRequest()
  /// Limits, devices and parameters; `shmSize` and `pidsLimit` below may be left open.
  public var resources = ContainerResources()
  public var shmSize: Int64?
  /// -1 or 0 for no limit.
  public var pidsLimit: Int64?
  public var network = NetworkRequest()
  public var mounts: [ContainerMount] = []
  /// `container[:options]`.
  public var volumesFrom: [String] = []
  /// What becomes of the image's volumes: `anonymous`, `tmpfs` or `ignore`.
  public var imageVolumes: String?
  public var secrets: [ContainerSecret] = []
  public var log = LogRequest()
  public var health = HealthRequest()
  public var restart: ContainerRestart?
  public var isRemoved = false
  public var isImageRemoved = false
  /// Containers, by names or ids, that have to run before it starts.
  public var dependencies: [String] = []
  public var notify: String?
  public var pidFile: String?
  public var monitorPidFile: String?
  public var idFile: String?
  public var runtime: String?
  public var addsUserLines = true
  public var passwdEntry: String?
  public var groupEntry: String?
  public var hostUsers: [String] = []
  public var chrootFolders: [String] = []
  /// Whether a container that has the name is removed first.
  public var replaces = false

  public init() {}

  /// How an image is found, and pulled where it is not there.
  public struct ImageSource: Sendable, Equatable {
    /// `always`, `missing`, `never` or `newer`; nil is containers.conf's.
    public var pullPolicy: String?
    public var platform: Platform?
    public var authenticationFile: String?
    public var certificateFolder: String?
    /// `user:password`.
    public var credentials: String?
    public var verifiesTLS: Bool?
    public var decryptionKeys: [String] = []
    public var signaturePolicy: String?
    public var isQuiet = false
    public var retries: UInt?
    public var retryDelay: String?

    public init() {}
  }
}

/// What `ContainerRequest` asks of the program.
public struct ProcessRequest: Sendable {
  /// Replaces the image's entrypoint, and its command with it; `[]` for none.
  public var entrypoint: [String]?
  /// Replaces the image's command.
  public var command: [String]?
  /// Names with values, later ones over earlier ones.
  public var environment: [(name: String, value: String)] = []
  /// `NAME=value` where `${NAME}` stands for the image's value.
  public var environmentMerges: [String] = []
  public var passesHostEnvironment: Bool?
  public var passesProxies: Bool?
  public var unsetVariables: [String] = []
  public var unsetsAllVariables = false
  public var workingDirectory: String?
  public var user: String?
  public var groups: [String] = []
  public var hasTerminal = false
  public var hasStandardInput = false
  /// Octal.
  public var umask: String?
  /// `nofile=1024:2048`, `host`.
  public var limits: [String] = []
  public var oomScoreAdjustment: Int?
  public var usesInit: Bool?
  public var initPath: String?
  /// `true`, `false` or `always`.
  public var systemd: String?
  /// A name or a number.
  public var stopSignal: String?
  public var stopTimeout: UInt32?
  public var timeout: UInt64?
  public var personality: String?
  public var timeZone: String?

  public init() {}
}

/// What `ContainerRequest` asks of namespaces, in the words of the command line.
public struct NamespaceRequest: Sendable, Equatable {
  public var pid: String?
  public var ipc: String?
  public var uts: String?
  public var cgroup: String?
  public var user: String?
  /// `container:size:host`, as `--uidmap`.
  public var uidMaps: [String] = []
  public var gidMaps: [String] = []
  public var subordinateUserName: String?
  public var subordinateGroupName: String?

  public init() {}
}

/// What `ContainerRequest` asks of security.
public struct SecurityRequest: Sendable, Equatable {
  public var isPrivileged: Bool?
  public var addedCapabilities: [String] = []
  public var droppedCapabilities: [String] = []
  public var hasNoNewPrivileges: Bool?
  public var seccompProfile: String?
  /// `default` or `image`.
  public var seccompPolicy: String?
  public var apparmorProfile: String?
  public var labelOptions: [String] = []
  public var maskedPaths: [String] = []
  public var unmaskedPaths: [String] = []
  public var procOptions: [String] = []
  public var isReadOnly: Bool?
  public var hasWritableTemporaries: Bool?

  public init() {}
}

/// What `ContainerRequest` asks of networks.
public struct NetworkRequest: Sendable, Equatable {
  /// `--network`, each; empty for the default.
  public var networks: [String] = []
  public var addresses: [String] = []
  public var mac: String?
  public var aliases: [String] = []
  public var ports: [ContainerNetwork.Port] = []
  public var publishesAll = false
  /// `80`, `80-90/udp`.
  public var exposedPorts: [String] = []
  public var dnsServers: [String] = []
  public var dnsSearches: [String] = []
  public var dnsOptions: [String] = []
  public var addedHosts: [String] = []
  public var hasNoHosts: Bool?
  public var hasNoHostName = false
  public var hostsFile: String?

  public init() {}
}

/// What `ContainerRequest` asks of the log.
public struct LogRequest: Sendable, Equatable {
  public var driver: String?
  /// `name=value`.
  public var options: [String] = []

  public init() {}
}

/// What `ContainerRequest` asks of health checks; times in nanoseconds, an interval of 0 for checks on
/// demand only.
public struct HealthRequest: Sendable, Equatable {
  /// A line for the shell, a JSON array, or `none`.
  public var command: String?
  public var isDisabled = false
  public var interval: Int64?
  public var timeout: Int64?
  public var startPeriod: Int64?
  public var retries: Int?
  public var startUpCommand: String?
  public var startUpInterval: Int64?
  public var startUpTimeout: Int64?
  public var startUpRetries: Int?
  public var startUpSuccesses: Int?
  public var onFailure: String?
  public var logDestination: String?
  public var logCount: Int?
  public var logSize: Int?

  public init() {}
}
