import CommandLine
import Engine
import RuntimeSpec

extension ContainerOptions {
  static var resources: [Option] {
    ResourceOptions.declarations + [
      Option("cgroup-conf", .list(), "Configure cgroup v2 (key=value)"),
      Option("cgroup-parent", .string(), "Optional parent cgroup for the container"),
      Option(
        "cgroups", .string(default: "enabled"), "control container cgroup configuration",
        value: "enabled|disabled|no-conmon|split"),
      Option("device", .array(), "Add a host device to the container"),
      Option("device-cgroup-rule", .list(), "Add a rule to the cgroup allowed devices list"),
      Option("gpus", .list(), "GPU devices to add to the container ('all' to pass all GPUs)"),
      Option("kernel-memory", .string(), "Kernel memory limit (has no effect)", hidden: true),
      Option("oom-kill-disable", "Disable OOM Killer"),
      Option(
        "rdt-class", .string(), "Class of Service (COS) that the container should be assigned to"),
      Option(
        "shm-size", .string(),
        "Size of /dev/shm (format: `<number>[<unit>]`, where unit = b (bytes), k (kibibytes), m (mebibytes), or g (gibibytes))"
      ),
      Option(
        "shm-size-systemd", .string(), "Size of systemd specific tmpfs mounts (/run, /run/lock)"),
      Option("sysctl", .list(), "Sysctl options"),
    ]
  }

  func applyResources(_ request: inout ContainerRequest) throws {
    var resources = request.resources
    let limits = try ResourceOptions(options).limits()
    resources.limits = limits
    request.pidsLimit = integer("pids-limit")
    if options.flag("oom-kill-disable") {
      var memory = resources.limits.memory ?? .init()
      memory.disableOOMKiller = true
      resources.limits.memory = memory
    }
    let unified = dictionary(options.list("cgroup-conf"))
    resources.limits.unified = unified.isEmpty ? nil : unified
    resources.cgroupParent = options.given("cgroup-parent") ?? ""
    if options.has("cgroups") { resources.cgroups = options.string("cgroups") }
    resources.devices = options.list("device")
    resources.deviceRules = options.list("device-cgroup-rule")
    for rule in resources.deviceRules where !DeviceRuleText.isRule(rule) {
      throw EngineError.invalid(
        option: "--device-cgroup-rule", value: rule, reason: "it has to be TYPE MAJOR:MINOR MODE")
    }
    resources.gpus = options.list("gpus")
    resources.rdtClass = options.given("rdt-class")
    request.shmSize = try bytes("shm-size")
    resources.shmSizeForSystemd = try bytes("shm-size-systemd")
    resources.sysctls = try sysctls()
    request.resources = resources
  }

  private func sysctls() throws -> [String: String] {
    for text in options.list("sysctl") where !text.contains("=") {
      throw EngineError.invalid(
        option: "--sysctl", value: text, reason: "it has to be name=value")
    }
    return dictionary(options.list("sysctl"))
  }
}
