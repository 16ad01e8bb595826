import CommandLine
import Engine
import GoTemplate

/// `podman info`, `podman system info`: the machine, the store and this program.
enum InfoCommand {
  static let command = PodmanCommand(
    "info", "Display podman system information",
    details:
      "Display information pertaining to the host, current storage stats, and build of podman.\n\n"
      + "Useful for the user and when reporting issues.",
    arguments: .none, examples: ["", "--format json", "--format '{{.Store.GraphDriverName}}'"],
    options: {
      [
        Option("debug", "D", .flag(), "Display additional debug information", hidden: true),
        Option("format", "f", .string(), "Change the output format to JSON or a Go template"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let value = value(try call.engine.system.info())
    if let format = call.options.given("format") {
      try Inspection.writeOne(value, to: call.output, format: format)
    } else {
      call.output.line(YAMLText.of(value))
    }
    return 0
  }

  private static func value(_ info: EngineSystem.Info) -> GoValue {
    .structure(
      .field("Host", json: "host", host(info)),
      .field("Store", json: "store", store(info)),
      .field(
        "Registries", json: "registries",
        .map(info.searchRegistries.isEmpty ? [:] : ["search": GoValue(info.searchRegistries)])),
      .field(
        "Plugins", json: "plugins",
        .structure(
          .field("Volume", json: "volume", GoValue(["local"] + info.volumePlugins)),
          .field("Network", json: "network", ["bridge", "macvlan", "ipvlan"]),
          .field("Log", json: "log", ["k8s-file", "none", "passthrough", "journald"]),
          .field("Authorization", json: "authorization", .nilList))),
      .field("Version", json: "version", VersionCommand.client))
  }

  private static func program(_ program: EngineSystem.Program) -> GoValue {
    .structure(
      .field("Name", json: "name", .string(program.name)),
      .field("Package", json: "package", "Unknown"),
      .field("Path", json: "path", .string(program.path)),
      .field("Version", json: "version", .string(program.version)))
  }

  private static func host(_ info: EngineSystem.Info) -> GoValue {
    let host = info.host
    return .structure(
      .field("Arch", json: "arch", .string(Version.architecture)),
      .field("BuildahVersion", json: "buildahVersion", .string(Version.number)),
      .field("CgroupManager", json: "cgroupManager", .string(info.cgroupManager)),
      .field("CgroupsVersion", json: "cgroupVersion", .string(info.cgroupVersion)),
      .field("CgroupControllers", json: "cgroupControllers", GoValue(info.cgroupControllers)),
      .field(
        "Conmon", json: "conmon",
        .structure(
          .field("Package", json: "package", "Unknown"),
          .field("Path", json: "path", .string(info.monitor.path)),
          .field("Version", json: "version", .string("podman-monitor \(Version.number)")))),
      .field("CPUs", json: "cpus", GoValue(host.processors)),
      .field(
        "CPUUtilization", json: "cpuUtilization",
        .structure(
          .field("UserPercent", json: "userPercent", .float(host.userPercent)),
          .field("SystemPercent", json: "systemPercent", .float(host.systemPercent)),
          .field("IdlePercent", json: "idlePercent", .float(host.idlePercent)))),
      .field("DatabaseBackend", json: "databaseBackend", "sqlite"),
      .field("Distribution", json: "distribution", distribution(host)),
      .field("EventLogger", json: "eventLogger", .string(info.eventLogger)),
      .field("Hostname", json: "hostname", .string(host.hostName)),
      .field(
        "IDMappings", json: "idMappings",
        .structure(
          .field("GIDMap", json: "gidmap", ranges(info.groupMap)),
          .field("UIDMap", json: "uidmap", ranges(info.userMap)))),
      .field("Kernel", json: "kernel", .string(host.kernel)),
      .field("LogDriver", json: "logDriver", .string(info.logDriver)),
      .field("MemFree", json: "memFree", GoValue(host.memoryFree)),
      .field("MemTotal", json: "memTotal", GoValue(host.memoryTotal)),
      .field("NetworkBackend", json: "networkBackend", "netavark"),
      .field(
        "NetworkBackendInfo", json: "networkBackendInfo",
        .structure(
          .field("Backend", json: "backend", "netavark"),
          .field("Version", json: "version", .string("podman \(Version.number)")))),
      .field("OCIRuntime", json: "ociRuntime", program(info.runtime)),
      .field("OS", json: "os", "linux"),
      .field(
        "RemoteSocket", json: "remoteSocket",
        .structure(
          .field("Path", json: "path", .string(info.socket)),
          .field("Exists", json: "exists", false))),
      .field(
        "RootlessNetworkCmd", json: "rootlessNetworkCmd", .string(info.rootlessNetworkCommand)),
      .field("ServiceIsRemote", json: "serviceIsRemote", false),
      .field("Security", json: "security", security(info)),
      .field(
        "Pasta", json: "pasta",
        .structure(
          .field("Executable", json: "executable", .string(info.pasta.path)),
          .field("Package", json: "package", .string(info.pasta.path.isEmpty ? "" : "Unknown")),
          .field("Version", json: "version", .string(info.pasta.version)))),
      .field("SwapFree", json: "swapFree", GoValue(host.swapFree)),
      .field("SwapTotal", json: "swapTotal", GoValue(host.swapTotal)),
      .field("Uptime", json: "uptime", .string(uptime(host.uptime))),
      .field("Variant", json: "variant", ""),
      .field("Linkmode", json: "linkmode", "static"))
  }

  private static func distribution(_ host: HostFacts) -> GoValue {
    .structure(
      .field("Distribution", json: "distribution", .string(host.distribution)),
      .field("Variant", json: "variant", omitsEmpty: true, .string(host.distributionVariant)),
      .field("Version", json: "version", .string(host.distributionVersion)),
      .field("Codename", json: "codename", omitsEmpty: true, .string(host.codeName)))
  }

  private static func security(_ info: EngineSystem.Info) -> GoValue {
    .structure(
      .field("AppArmorEnabled", json: "apparmorEnabled", GoValue(info.hasAppArmor)),
      .field(
        "DefaultCapabilities", json: "capabilities",
        .string(info.capabilities.joined(separator: ","))),
      .field("Rootless", json: "rootless", GoValue(info.isRootless)),
      .field("SECCOMPEnabled", json: "seccompEnabled", GoValue(info.hasSeccomp)),
      .field("SECCOMPProfilePath", json: "seccompProfilePath", .string(info.seccompProfile)),
      .field("SELinuxEnabled", json: "selinuxEnabled", GoValue(info.hasSELinux)))
  }

  private static func store(_ info: EngineSystem.Info) -> GoValue {
    func count(_ states: Set<ContainerStatus>) -> GoValue {
      GoValue(info.containers.reduce(0) { $0 + (states.contains($1.key) ? $1.value : 0) })
    }
    var options: [String: GoValue] = [:]
    for option in info.driverOptions {
      let parts = option.split(separator: "=", maxSplits: 1)
      if let name = parts.first, parts.count == 2 {
        options[String(name)] = .string(String(parts[1]))
      }
    }
    return .structure(
      .field("ConfigFile", json: "configFile", .string(info.configurationFile)),
      .field(
        "ContainerStore", json: "containerStore",
        .structure(
          .field("Number", json: "number", GoValue(info.containers.values.reduce(0, +))),
          .field("Paused", json: "paused", count([.paused])),
          .field("Running", json: "running", count([.running, .initialized, .stopping])),
          .field(
            "Stopped", json: "stopped",
            count([.created, .stopped, .exited, .removing, .unknown])))),
      .field("GraphDriverName", json: "graphDriverName", .string(info.driver)),
      .field("GraphOptions", json: "graphOptions", .map(options)),
      .field("GraphRoot", json: "graphRoot", .string(info.graphRoot)),
      .field("GraphRootAllocated", json: "graphRootAllocated", GoValue(info.allocated)),
      .field("GraphRootUsed", json: "graphRootUsed", GoValue(info.used)),
      .field("GraphStatus", json: "graphStatus", GoValue(info.driverStatus)),
      .field("ImageCopyTmpDir", json: "imageCopyTmpDir", .string(info.copyFolder)),
      .field(
        "ImageStore", json: "imageStore",
        .structure(.field("Number", json: "number", GoValue(info.images)))),
      .field("RunRoot", json: "runRoot", .string(info.runRoot)),
      .field("VolumePath", json: "volumePath", .string(info.volumes)),
      .field("TransientStore", json: "transientStore", GoValue(info.isTransient)))
  }

  private static func ranges(_ ranges: [EngineSystem.IDRange]) -> GoValue {
    ranges.isEmpty
      ? .nilList
      : .list(
        ranges.map {
          .structure(
            .field("ContainerID", json: "container_id", GoValue($0.inside)),
            .field("HostID", json: "host_id", GoValue($0.outside)),
            .field("Size", json: "size", GoValue($0.size)))
        })
  }

  private static func uptime(_ seconds: Double) -> String {
    let hours = Int64(seconds) / 3600
    let minutes = Int64(seconds) / 60 % 60
    let rest = seconds - Double(hours * 3600 + minutes * 60)
    let text =
      (hours > 0 ? "\(hours)h " : "") + (hours > 0 || minutes > 0 ? "\(minutes)m " : "")
      + Printf.format("%.2fs", [.float(rest)])
    let days = seconds / 86400
    return days < 0.1 ? text : text + Printf.format(" (Approximately %.2f days)", [.float(days)])
  }
}
