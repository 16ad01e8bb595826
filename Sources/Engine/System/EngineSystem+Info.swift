import Cgroups
import EngineConfig
import LinuxSystem
import Storage

extension EngineSystem {
  /// What `podman info` tells of a program.
  public struct Program {
    public var name: String
    /// Empty where it is not installed.
    public var path: String
    /// What it says of its version.
    public var version: String
  }

  /// What `podman info` tells. Nothing here walks the disk.
  public struct Info {
    public var host = HostFacts()
    public var cgroupManager = ""
    /// `v1` or `v2`.
    public var cgroupVersion = ""
    public var cgroupControllers: [String] = []
    public var eventLogger = ""
    public var logDriver = ""
    public var runtime: Program
    public var monitor: Program
    public var pasta: Program
    public var rootlessNetworkCommand = ""
    public var isRootless = false
    /// The capabilities of a container, `CAP_CHOWN` and so on.
    public var capabilities: [String] = []
    public var hasSeccomp = false
    public var seccompProfile = ""
    public var hasSELinux = false
    public var hasAppArmor = false
    public var socket = ""
    public var userMap: [IDRange] = []
    public var groupMap: [IDRange] = []

    public var driver = ""
    public var driverStatus: [String: String] = [:]
    public var driverOptions: [String] = []
    public var graphRoot = ""
    public var runRoot = ""
    public var volumes = ""
    public var configurationFile = ""
    public var copyFolder = ""
    public var isTransient = false
    /// Bytes of the file system that the store lies on.
    public var allocated: UInt64 = 0
    public var used: UInt64 = 0
    public var images = 0
    /// How many containers there are in each state.
    public var containers: [ContainerStatus: Int] = [:]
    public var searchRegistries: [String] = []
    public var volumePlugins: [String] = []
  }

  /// A range of user or group ids as /proc/self/uid_map lists it.
  public struct IDRange {
    public var inside: UInt32
    public var outside: UInt32
    public var size: UInt32
  }

  /// All that `podman info` tells.
  public func info() throws -> Info {
    let configuration = engine.configuration
    let conf = configuration.containersConf
    var info = Info(
      runtime: try runtime(), monitor: ownProgram("podman-monitor"),
      pasta: found("pasta", in: ["/usr/bin", "/usr/local/bin"]))
    info.cgroupManager = engine.cgroupManager
    let layout = try? CgroupLayout.detect()
    info.cgroupVersion = layout?.mode == .unified ? "v2" : "v1"
    info.cgroupControllers = (try? layout?.availableControllers()) ?? []
    info.eventLogger = (try? engine.events.logger.rawValue) ?? ""
    info.logDriver = conf.containers.logDriver ?? "k8s-file"
    info.rootlessNetworkCommand = conf.network.rootlessNetworkCommand
    takeSecurity(conf, &info)
    info.isRootless = configuration.user.isRootless
    info.socket =
      info.isRootless
      ? "\(configuration.user.runFolder)/podman/podman.sock" : "/run/podman/podman.sock"
    if info.isRootless {
      info.userMap = idMap("/proc/self/uid_map")
      info.groupMap = idMap("/proc/self/gid_map")
    }
    try takeStore(&info)
    for container in try engine.containers.all() {
      info.containers[engine.containers.current(container).state.status, default: 0] += 1
    }
    let files = RegistriesConf.files(
      environment: configuration.environment, uid: configuration.user.uid)
    info.searchRegistries = (try? RegistriesConf(reading: files).searchRegistries) ?? []
    info.volumePlugins = conf.engine.volumePlugins.keys.sorted()
    return info
  }

  private func takeSecurity(_ conf: ContainersConf, _ info: inout Info) {
    info.capabilities = conf.containers.capabilities.map { $0.hasPrefix("CAP_") ? $0 : "CAP_" + $0 }
      .sorted()
    info.hasSeccomp = exists("/proc/sys/kernel/seccomp")
    info.seccompProfile =
      conf.containers.seccompProfile
      ?? ["/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json"].first(where: exists)
      ?? ""
    info.hasSELinux = exists("/sys/fs/selinux/enforce")
    info.hasAppArmor =
      !engine.configuration.user.isRootless
      && (try? readFile("/sys/module/apparmor/parameters/enabled", limit: 16))?.first
        == UInt8(ascii: "Y")
  }

  private func takeStore(_ info: inout Info) throws {
    let options = engine.configuration.storeOptions
    let store = try engine.store
    info.driver = store.driverName
    info.driverStatus = Dictionary(store.driverStatus.map { ($0.name, $0.value) }) { $1 }
    info.driverOptions =
      (options.overlay.mountOptions.isEmpty
        ? [] : ["\(info.driver).mountopt=\(options.overlay.mountOptions.joined(separator: ","))"])
      + (options.overlay.mountProgram.map { ["\(info.driver).mount_program=\($0)"] } ?? [])
      + options.additionalImageStores.map { "\(info.driver).imagestore=\($0)" }
    info.graphRoot = options.graphRoot
    info.runRoot = options.runRoot
    info.volumes = engine.configuration.folders.volumes
    info.configurationFile = options.configurationFile ?? ""
    info.copyFolder =
      engine.configuration.environment["TMPDIR"]
      ?? engine.configuration.containersConf.engine.imageCopyFolder
    info.isTransient = options.isTransient
    if let space = try? fileSystemStatus(of: options.graphRoot) {
      info.allocated = space.size
      info.used = space.size - min(space.free, space.size)
    }
    info.images = try store.images().items.count
  }

  // MARK: Programs

  private func runtime() throws -> Program {
    let name = try engine.runtimeName(nil)
    guard let path = try? engine.runtimeProgram(name) else {
      return Program(name: name, path: "", version: "")
    }
    let output = try? ProgramOutput.run([path], [path, "--version"])
    let version = String(decoding: output?.output ?? [], as: UTF8.self)
    let last = path.split(separator: "/").last.map(String.init) ?? name
    return Program(
      name: name.hasPrefix("/") ? last : name, path: path,
      version: String(version.prefix(2000)).trimmed)
  }

  private func ownProgram(_ name: String) -> Program {
    Program(
      name: name, path: (try? engine.configuration.programs.path(of: name)) ?? "", version: "")
  }

  private func found(_ name: String, in folders: [String]) -> Program {
    let path = folders.map { "\($0)/\(name)" }.first(where: exists) ?? ""
    return Program(name: name, path: path, version: "")
  }

  private func exists(_ path: String) -> Bool { (try? openFile(path, [.path])) != nil }

  private func idMap(_ path: String) -> [IDRange] {
    let text = String(decoding: (try? readFile(path, limit: 1 << 16)) ?? [], as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      guard numbers.count == 3 else { return nil }
      return IDRange(inside: numbers[0], outside: numbers[1], size: numbers[2])
    }
  }
}

extension String {
  /// Without line feeds at the end.
  fileprivate var trimmed: String {
    var copy = self
    while copy.hasSuffix("\n") { copy.removeLast() }
    return copy
  }
}
