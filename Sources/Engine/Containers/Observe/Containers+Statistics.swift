import Cgroups
import LinuxSystem
import SystemPackage

/// What a container has used of the machine.
public struct ContainerStatistics: Sendable {
  public var id = ""
  public var name = ""
  /// Nanoseconds of processor time since the start.
  public var cpuTime: UInt64 = 0
  /// Nanoseconds since the start.
  public var upTime: Int64 = 0
  /// When it was read, nanoseconds since some moment.
  public var moment: Int64 = 0
  public var memoryUsage: UInt64 = 0
  public var memoryLimit: UInt64 = 0
  public var networkInput: UInt64 = 0
  public var networkOutput: UInt64 = 0
  public var blockInput: UInt64 = 0
  public var blockOutput: UInt64 = 0
  public var processes: UInt64 = 0
  /// Whether there is anything to be read.
  public var isRunning = false

  public init() {}

  /// The share of one processor in percent since an earlier reading, or since the start.
  public func cpuPercent(since earlier: ContainerStatistics?) -> Double {
    if let earlier, earlier.moment < moment, earlier.cpuTime <= cpuTime {
      return Double(cpuTime - earlier.cpuTime) * 100 / Double(moment - earlier.moment)
    }
    return averagePercent
  }

  public var averagePercent: Double {
    upTime > 0 ? Double(cpuTime) * 100 / Double(upTime) : 0
  }

  public var memoryPercent: Double {
    memoryLimit > 0 ? Double(memoryUsage) * 100 / Double(memoryLimit) : 0
  }
}

extension Containers {
  /// Reads what a container uses now; zeros for one that does not run.
  public func statistics(_ container: Container) throws -> ContainerStatistics {
    var result = ContainerStatistics()
    result.id = container.id
    result.name = container.name
    result.moment = MonotonicClock.milliseconds() * 1_000_000
    guard container.state.status == .running || container.state.status == .paused else {
      return result
    }
    result.isRunning = true
    result.upTime = max(0, TimeText.now() - container.state.startedAt)
    let layout = try CgroupLayout.detect()
    let cgroup = try ContainerCgroup(of: container.state.pid, layout: layout)
    let counted = try cgroup.statistics([.cpu, .memory, .pids, .blockIO])
    result.cpuTime = counted.cpu.total
    result.memoryUsage = counted.memory.usage.usage
    result.processes = counted.pids.current
    let total = memoryOfTheMachine()
    let limit = counted.memory.usage.limit
    result.memoryLimit = limit == 0 || limit > total ? total : limit
    for entry in counted.blockIO.serviceBytes {
      if entry.operation.lowercased() == "read" { result.blockInput &+= entry.value }
      if entry.operation.lowercased() == "write" { result.blockOutput &+= entry.value }
    }
    readNetwork(container.state.pid, &result)
    return result
  }

  private func memoryOfTheMachine() -> UInt64 {
    guard let bytes = try? readFile("/proc/meminfo", limit: 1 << 16) else { return 0 }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first
    return (UInt64((line ?? "").filter(\.isNumber)) ?? 0) * 1024
  }

  /// All devices of the container's network but the loopback.
  private func readNetwork(_ pid: Int32, _ result: inout ContainerStatistics) {
    guard let bytes = try? readFile("/proc/\(pid)/net/dev", limit: 1 << 20) else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst(2) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) != "lo" else { continue }
      let numbers = parts[1].split(separator: " ").map { UInt64($0) ?? 0 }
      guard numbers.count > 8 else { continue }
      result.networkInput &+= numbers[0]
      result.networkOutput &+= numbers[8]
    }
  }
}
