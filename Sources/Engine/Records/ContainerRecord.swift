public import JSON

/// A container as it was decided when it was made: its request, resolved once against the image and
/// the defaults. Only `rename` and `update` change it.
public struct ContainerRecord: JSONObject, Equatable, Sendable {
  /// 64 hexadecimal digits.
  public var id = ""
  public var name = ""
  /// Nanoseconds since 1970.
  public var created: Int64 = 0
  /// The command line that made it.
  public var createCommand: [String] = []
  /// The image's id; empty where the root is a folder of the host.
  public var imageID = ""
  /// The image's name as it was asked for, with registry and tag.
  public var imageName = ""
  public var imageDigest: String?
  /// The folder of the host that is the root, in an image's place.
  public var rootfs: String?
  /// Whether changes to that folder go to a layer of their own.
  public var isRootfsOverlay = false
  /// The mapping of that folder's owners.
  public var rootfsIDMap: String?
  public var podID: String?
  /// Whether it holds a pod's namespaces.
  public var isInfra = false
  /// A service container of kube play.
  public var isService = false
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  public var hostname: String?
  public var domainname: String?
  public var process = ContainerProcess()
  public var namespaces = ContainerNamespaces()
  public var security = ContainerSecurity()
  public var resources = ContainerResources()
  public var network = ContainerNetwork()
  public var mounts: [ContainerMount] = []
  /// Containers whose volumes these are, as asked for.
  public var volumesFrom: [String] = []
  public var secrets: [ContainerSecret] = []
  public var log = ContainerLog()
  public var health: ContainerHealthcheck?
  public var restart = ContainerRestart()
  /// Whether it is removed as soon as it ends, and its image with it.
  public var isRemoved = false
  public var isImageRemoved = false
  /// Containers that have to run before it starts.
  public var dependencies: [String] = []
  /// `container`, `conmon`, `healthy` or `ignore`.
  public var notify = "container"
  public var pidFile: String?
  public var monitorPidFile: String?
  public var idFile: String?
  /// The name of the runtime, or its path.
  public var runtime = ""
  /// Whether lines for the user and the groups are added to the container's files.
  public var addsUserLines = true
  public var passwdEntry: String?
  public var groupEntry: String?
  /// Users of the host whose lines are added.
  public var hostUsers: [String] = []
  /// Folders inside the container that get /etc/hosts and its kin as well.
  public var chrootFolders: [String] = []

  public init() {}
  public static var blank: Self { Self() }

  /// The first 12 digits of the id.
  public var shortID: String { String(id.prefix(12)) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("name", &name)
    try object.member("created", &created)
    try object.member("createCommand", &createCommand, standard: [])
    try object.member("imageID", &imageID, standard: "")
    try object.member("imageName", &imageName, standard: "")
    try object.member("imageDigest", &imageDigest)
    try object.member("rootfs", &rootfs)
    try object.member("rootfsOverlay", &isRootfsOverlay, standard: false)
    try object.member("rootfsIDMap", &rootfsIDMap)
    try object.member("pod", &podID)
    try object.member("infra", &isInfra, standard: false)
    try object.member("service", &isService, standard: false)
    try object.member("labels", &labels, standard: [:])
    try object.member("annotations", &annotations, standard: [:])
    try object.member("hostname", &hostname)
    try object.member("domainname", &domainname)
    try object.member("process", &process)
    try object.member("namespaces", &namespaces)
    try object.member("security", &security)
    try object.member("resources", &resources)
    try object.member("network", &network)
    try object.member("mounts", &mounts, standard: [])
    try object.member("volumesFrom", &volumesFrom, standard: [])
    try object.member("secrets", &secrets, standard: [])
    try object.member("log", &log)
    try object.member("health", &health)
    try object.member("restart", &restart)
    try object.member("remove", &isRemoved, standard: false)
    try object.member("removeImage", &isImageRemoved, standard: false)
    try object.member("dependencies", &dependencies, standard: [])
    try object.member("sdnotify", &notify, standard: "container")
    try object.member("pidFile", &pidFile)
    try object.member("monitorPidFile", &monitorPidFile)
    try object.member("idFile", &idFile)
    try object.member("runtime", &runtime, standard: "")
    try object.member("passwd", &addsUserLines, standard: true)
    try object.member("passwdEntry", &passwdEntry)
    try object.member("groupEntry", &groupEntry)
    try object.member("hostUsers", &hostUsers, standard: [])
    try object.member("chrootDirs", &chrootFolders, standard: [])
  }
}
