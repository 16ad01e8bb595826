import JSON
import LinuxSystem
import RuntimeCore
import RuntimeSpec
import SystemPackage

/// `update`: changes the limits of a container that runs.
enum UpdateCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "update", summary: "update the resource limits of a container",
      arguments: "<container-id>",
      details: """
        What is not named stays as it is. The file of --resources is the resources object of a
        config.json; when it is given, the other options are ignored.
        """,
      options: [
        Option("resources", "r", .text(), "a file with the limits, - for standard input"),
        Option("blkio-weight", .integer(), "the weight of disk access, 10 to 1000"),
        Option("cpu-period", .text(), "the period of the processor limit in microseconds"),
        Option("cpu-quota", .text(), "microseconds of processor time in each period"),
        Option("cpu-burst", .text(), "microseconds that unused time may accumulate to"),
        Option("cpu-share", .text(), "the weight of processor time against other containers"),
        Option("cpu-rt-period", .text(), "the period of realtime scheduling in microseconds"),
        Option("cpu-rt-runtime", .text(), "microseconds of realtime scheduling in each period"),
        Option("cpuset-cpus", .text(), "the processors to use"),
        Option("cpuset-mems", .text(), "the memory nodes to use"),
        Option("kernel-memory", .text(), nil), Option("kernel-memory-tcp", .text(), nil),
        Option("memory", .text(), "the limit of memory in bytes"),
        Option("cpu-idle", .text(), "1 to run only when nothing else does, 0 for not"),
        Option("memory-reservation", .text(), "the soft limit of memory in bytes"),
        Option("memory-swap", .text(), "the limit of memory and swap, -1 for none"),
        Option("pids-limit", .integer(), "the limit of processes and threads"),
        Option("l3-cache-schema", .text(), "the L3 cache schema of Intel RDT"),
        Option("mem-bw-schema", .text(), "the memory bandwidth schema of Intel RDT"),
      ],
      argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    let id = try call.containerID()
    let resources: Spec.Linux.Resources
    if let path = call.options.text("resources") {
      resources = try readResources(path)
    } else {
      resources = try ResourceOptions(call.options).resources()
    }
    if resources.memory?.kernel != nil || resources.memory?.kernelTCP != nil {
      call.log.write(.warning, "limits of kernel memory are ignored")
    }
    let schemata = ["l3-cache-schema", "mem-bw-schema"].compactMap { call.options.text($0) }
    if !schemata.isEmpty { try updateIntelRdt(id, schemata: schemata, call.context) }
    try updateContainer(id, resources, call.context)
    return 0
  }

  private static func readResources(_ path: String) throws -> Spec.Linux.Resources {
    let limit = 16 << 20
    let text =
      path == "-"
      ? try FileDescriptor.standardInput.readToEnd(limit: limit, subject: "standard input")
      : try readFile(path, limit: limit)
    do {
      let resources = try JSONReader(emptyStringIsAbsent: true).read(
        Spec.Linux.Resources.self, from: text)
      try resources.validate()
      return resources
    } catch {
      throw CommandError.unreadable(
        path: path == "-" ? "standard input" : path, reason: "\(error)")
    }
  }
}
