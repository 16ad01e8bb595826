import CommandLine
import Engine
import GoTemplate
import LinuxSystem
import SystemPackage

/// `podman stats`.
enum ContainerStats {
  static let command = PodmanCommand(
    "stats", "Display a live stream of container resource usage statistics",
    details:
      "Display percentage of CPU, memory, network I/O, block I/O and PIDs for one or more containers.",
    usage: "[CONTAINER...]", arguments: .any,
    examples: [
      "--all --no-stream", "ctrID",
      "--no-stream --format \"table {{.ID}} {{.Name}} {{.MemUsage}}\" ctrID",
    ],
    completion: .names("containers"),
    options: {
      [
        Option(
          "all", "a", .flag(),
          "Show all containers. Only running containers are shown by default. The default is false"),
        Option(
          "format", .string(), "Pretty-print container statistics to JSON or using a Go template"),
        Option("interval", "i", .integer(default: 5), "Time in seconds between stats reports"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("no-reset", .flag(), "Disable resetting the screen between intervals"),
        Option(
          "no-stream", .flag(),
          "Disable streaming stats and only pull the first result, default setting is false"),
        Option("no-trunc", .flag(), "Do not truncate output"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    let interval = options.integer("interval")
    guard interval > 0 else {
      throw CommandFailure("invalid interval, must be a positive number greater zero")
    }
    let named = [options.flag("all"), options.flag("latest"), !call.arguments.isEmpty]
    guard named.count(where: { $0 }) <= 1 else {
      throw CommandFailure("--all, --latest and containers cannot be used together")
    }
    var earlier: [String: ContainerStatistics] = [:]
    while true {
      let statistics = try read(call)
      if !options.flag("no-stream"), !options.flag("no-reset"),
        !Listing.isJSON(options.given("format") ?? "")
      {
        call.output.write("\u{1B}[2J\u{1B}[H")
      }
      try write(statistics, earlier, call)
      call.output.flush()
      if options.flag("no-stream") { return 0 }
      earlier = Dictionary(statistics.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      try call.engine.containers.sleepBriefly(
        Int(clamping: interval.multipliedReportingOverflow(by: 1000).partialValue))
    }
  }

  private static func read(_ call: Call) throws -> [ContainerStatistics] {
    let containers = try call.engine.containers
    if !call.arguments.isEmpty || call.options.flag("latest") {
      return try ContainerSelection(call).ids().map {
        try containers.statistics(try containers.lookUp($0))
      }
    }
    let showsAll = call.options.flag("all")
    return try containers.allCurrent().filter {
      showsAll || $0.state.status == .running || $0.state.status == .paused
    }.compactMap {
      // One that ends at this moment is none of the running ones.
      do { return try containers.statistics($0) } catch {
        return showsAll ? try containers.statistics(stopped($0)) : nil
      }
    }
  }

  private static func stopped(_ container: Containers.Container) -> Containers.Container {
    var copy = container
    copy.state.status = .exited
    return copy
  }

  private static func write(
    _ statistics: [ContainerStatistics], _ earlier: [String: ContainerStatistics], _ call: Call
  ) throws {
    let isWhole = call.options.flag("no-trunc")
    let rows = statistics.map { StatisticsRow($0, earlier[$0.id], isWhole: isWhole) }
    var listing = Listing(
      table:
        "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDS}}\t{{.UpTime}}\t{{.AVGCPU}}",
      titles: [
        "CPUPerc": "CPU %", "MemUsage": "MEM USAGE / LIMIT", "MemUsageBytes": "MEM USAGE / LIMIT",
        "MemPerc": "MEM %", "NetIO": "NET IO", "BlockIO": "BLOCK IO", "PIDS": "PIDS",
        "UpTime": "CPU TIME", "CPUTime": "CPU TIME", "AVGCPU": "AVG CPU %", "AvgCPU": "AVG CPU %",
        "ContainerID": "CONTAINER ID", "Container": "CONTAINER ID", "CPU": "CPU %",
      ],
      rows: rows.map(\.value))
    listing.json = .list(rows.map(\.json))
    try listing.write(to: call.output, format: call.options.given("format"))
  }
}

/// A row of `stats`.
private struct StatisticsRow {
  let statistics: ContainerStatistics
  let earlier: ContainerStatistics?
  let isWhole: Bool

  init(_ statistics: ContainerStatistics, _ earlier: ContainerStatistics?, isWhole: Bool) {
    self.statistics = statistics
    self.earlier = earlier
    self.isWhole = isWhole
  }

  private var id: String { isWhole ? statistics.id : String(statistics.id.prefix(12)) }
  private func percent(_ value: Double) -> String {
    statistics.isRunning ? Printf.format("%.2f%%", [.float(value)]) : "--"
  }
  private func pair(_ one: String, _ other: String) -> String {
    statistics.isRunning ? "\(one) / \(other)" : "-- / --"
  }
  private var cpu: String { percent(statistics.cpuPercent(since: earlier)) }
  private var average: String { percent(statistics.averagePercent) }
  private var memory: String {
    pair(
      HumanUnits.size(Double(statistics.memoryUsage)),
      HumanUnits.size(Double(statistics.memoryLimit)))
  }
  private var memoryBinary: String {
    pair(
      HumanUnits.binarySize(Double(statistics.memoryUsage)),
      HumanUnits.binarySize(Double(statistics.memoryLimit)))
  }
  private var network: String {
    pair(
      HumanUnits.size(Double(statistics.networkInput)),
      HumanUnits.size(Double(statistics.networkOutput)))
  }
  private var block: String {
    pair(
      HumanUnits.size(Double(statistics.blockInput)),
      HumanUnits.size(Double(statistics.blockOutput)))
  }
  private var processes: String { statistics.isRunning ? "\(statistics.processes)" : "--" }
  private var time: String {
    Printf.format("%v", [.duration(Int64(clamping: statistics.cpuTime))])
  }

  /// What `--format json` has.
  var json: GoValue {
    .structure(
      .field("ID", json: "id", .string(id)),
      .field("Name", json: "name", .string(statistics.name)),
      .field("CPUTime", json: "cpu_time", .string(time)),
      .field("CPUPerc", json: "cpu_percent", .string(cpu)),
      .field("AVGCPU", json: "avg_cpu", .string(average)),
      .field("MemUsage", json: "mem_usage", .string(memory)),
      .field("MemPerc", json: "mem_percent", .string(percent(statistics.memoryPercent))),
      .field("NetIO", json: "net_io", .string(network)),
      .field("BlockIO", json: "block_io", .string(block)),
      .field("PIDS", json: "pids", .string(processes)))
  }

  /// What templates have.
  var value: GoValue {
    let counted = statistics
    return .structure(
      .field("ID", .string(id)), .field("ContainerID", .string(counted.id)),
      .field("Container", .string(id)), .field("Name", .string(counted.name)),
      .field("CPUPerc", .string(cpu)), .field("AVGCPU", .string(average)),
      .field("MemUsage", .string(memory)), .field("MemUsageBytes", .string(memoryBinary)),
      .field("MemPerc", .string(percent(counted.memoryPercent))),
      .field("NetIO", .string(network)), .field("BlockIO", .string(block)),
      .field("PIDS", .string(processes)), .field("PIDs", .string(processes)),
      .field("UpTime", .string(time)), .field("CPUTime", .string(time)),
      .field("CPU", .float(counted.cpuPercent(since: earlier))),
      .field("AvgCPU", .float(counted.averagePercent)),
      .field("CPUNano", GoValue(counted.cpuTime)),
      .field("MemLimit", GoValue(counted.memoryLimit)),
      .field("NetInput", GoValue(counted.networkInput)),
      .field("NetOutput", GoValue(counted.networkOutput)),
      .field("BlockInput", GoValue(counted.blockInput)),
      .field("BlockOutput", GoValue(counted.blockOutput)))
  }
}
