import CommandLine
import Engine
import LinuxSystem
import RuntimeSpec

/// The options for limits of a container's cgroup: of `run`, `create`, `update`, `clone` and pods.
struct ResourceOptions {
  let options: ParsedOptions

  init(_ options: ParsedOptions) { self.options = options }

  static var declarations: [Option] {
    [
      Option(
        "blkio-weight", .string(),
        "Block IO weight (relative weight) accepts a weight value between 10 and 1000."),
      Option(
        "blkio-weight-device", .array(),
        "Block IO weight (relative device weight, format: `DEVICE_NAME:WEIGHT`)"),
      Option("cpu-period", .unsigned(), "Limit the CPU CFS (Completely Fair Scheduler) period"),
      Option("cpu-quota", .integer(), "Limit the CPU CFS (Completely Fair Scheduler) quota"),
      Option("cpu-rt-period", .unsigned(), "Limit the CPU real-time period in microseconds"),
      Option("cpu-rt-runtime", .integer(), "Limit the CPU real-time runtime in microseconds"),
      Option("cpu-shares", "c", .unsigned(), "CPU shares (relative weight)"),
      Option("cpus", .float, "Number of CPUs. The default is 0.000 which means no limit"),
      Option("cpuset-cpus", .string(), "CPUs in which to allow execution (0-3, 0,1)"),
      Option(
        "cpuset-mems", .string(),
        "Memory nodes (MEMs) in which to allow execution (0-3, 0,1). Only effective on NUMA systems."
      ),
      Option(
        "device-read-bps", .array(),
        "Limit read rate (bytes per second) from a device (e.g. --device-read-bps=/dev/sda:1mb)"),
      Option(
        "device-read-iops", .array(),
        "Limit read rate (IO per second) from a device (e.g. --device-read-iops=/dev/sda:1000)"),
      Option(
        "device-write-bps", .array(),
        "Limit write rate (bytes per second) to a device (e.g. --device-write-bps=/dev/sda:1mb)"),
      Option(
        "device-write-iops", .array(),
        "Limit write rate (IO per second) to a device (e.g. --device-write-iops=/dev/sda:1000)"),
      Option(
        "memory", "m", .string(),
        "Memory limit (format: `<number>[<unit>]`, where unit = b (bytes), k (kibibytes), m (mebibytes), or g (gibibytes))"
      ),
      Option("memory-reservation", .string(), "Memory soft limit"),
      Option(
        "memory-swap", .string(),
        "Swap limit equal to memory plus swap: '-1' to enable unlimited swap"),
      Option(
        "memory-swappiness", .integer(),
        "Tune container memory swappiness (0 to 100, or -1 for system default)"),
      Option("pids-limit", .integer(), "Tune container pids limit (set -1 for unlimited)"),
    ]
  }

  private func declared(_ name: String) -> Bool { options.isDeclared(name) && options.has(name) }

  /// The limits that were given.
  func limits() throws -> Spec.Linux.Resources {
    var limits = Spec.Linux.Resources()
    let cpu = try processors()
    if cpu != .init() { limits.cpu = cpu }
    let memory = try memory()
    if memory != .init() { limits.memory = memory }
    let block = try blockIO()
    if block != .init() { limits.blockIO = block }
    return limits
  }

  private func processors() throws -> Spec.Linux.Resources.CPU {
    var cpu = Spec.Linux.Resources.CPU()
    if declared("cpu-shares") { cpu.shares = options.unsigned("cpu-shares") }
    if declared("cpu-period") { cpu.period = options.unsigned("cpu-period") }
    if declared("cpu-quota") { cpu.quota = options.integer("cpu-quota") }
    if declared("cpu-rt-period") { cpu.realtimePeriod = options.unsigned("cpu-rt-period") }
    if declared("cpu-rt-runtime") { cpu.realtimeRuntime = options.integer("cpu-rt-runtime") }
    if declared("cpuset-cpus") { cpu.cpus = options.string("cpuset-cpus") }
    if declared("cpuset-mems") { cpu.mems = options.string("cpuset-mems") }
    if declared("cpus") {
      for other in ["cpu-period", "cpu-quota"] where declared(other) {
        throw CommandFailure("--\(other) and --cpus cannot be set together")
      }
      let count = options.float("cpus")
      guard count >= 0, count.isFinite, count < 100_000 else {
        throw EngineError.invalid(
          option: "--cpus", value: options.given("cpus") ?? "",
          reason: "it has to be a number of CPUs")
      }
      if count > 0 {
        cpu.period = 100_000
        cpu.quota = Int64(count * 100_000)
      }
    }
    return cpu
  }

  private func bytes(_ name: String) throws -> Int64? {
    guard declared(name), let text = options.given(name), !text.isEmpty else { return nil }
    if text == "-1" { return -1 }
    guard let size = ByteCount.parse(text) else {
      throw EngineError.invalid(
        option: "--\(name)", value: text, reason: "it has to be a number with b, k, m or g")
    }
    return size
  }

  private func memory() throws -> Spec.Linux.Resources.Memory {
    var memory = Spec.Linux.Resources.Memory()
    memory.limit = try bytes("memory")
    memory.reservation = try bytes("memory-reservation")
    memory.swap = try bytes("memory-swap")
    // Without a word about swap as much again is allowed, as Docker has it.
    if memory.swap == nil, let limit = memory.limit, limit > 0 {
      memory.swap = limit.multipliedReportingOverflow(by: 2).partialValue
    }
    if declared("memory-swappiness") {
      let value = options.integer("memory-swappiness")
      guard -1...100 ~= value else {
        throw EngineError.invalid(
          option: "--memory-swappiness", value: String(value), reason: "it has to be from -1 to 100"
        )
      }
      if value >= 0 { memory.swappiness = UInt64(value) }
    }
    return memory
  }

  private func blockIO() throws -> Spec.Linux.Resources.BlockIO {
    var block = Spec.Linux.Resources.BlockIO()
    if declared("blkio-weight") {
      let text = options.string("blkio-weight")
      guard let weight = UInt16(text), weight == 0 || 10...1000 ~= weight else {
        throw EngineError.invalid(
          option: "--blkio-weight", value: text, reason: "it has to be from 10 to 1000")
      }
      if weight > 0 { block.weight = weight }
    }
    if declared("blkio-weight-device") {
      block.weightDevice = try options.list("blkio-weight-device").map { text in
        let (device, value) = try device(text, "blkio-weight-device")
        guard let weight = UInt16(value), 10...1000 ~= weight else {
          throw EngineError.invalid(
            option: "--blkio-weight-device", value: text,
            reason: "the weight has to be from 10 to 1000")
        }
        return .init(major: Int64(device.major), minor: Int64(device.minor), weight: weight)
      }
    }
    block.throttleReadBpsDevice = try throttles("device-read-bps")
    block.throttleWriteBpsDevice = try throttles("device-write-bps")
    block.throttleReadIOPSDevice = try throttles("device-read-iops")
    block.throttleWriteIOPSDevice = try throttles("device-write-iops")
    return block
  }

  private func throttles(
    _ name: String
  ) throws -> [Spec.Linux.Resources.BlockIO.ThrottleDevice]? {
    guard declared(name) else { return nil }
    return try options.list(name).map { text in
      let (device, value) = try device(text, name)
      let rate = name.hasSuffix("bps") ? ByteCount.parse(value) : Int64(value)
      guard let rate, rate >= 0 else {
        throw EngineError.invalid(option: "--\(name)", value: text, reason: "\(value) is no rate")
      }
      return .init(
        major: Int64(device.major), minor: Int64(device.minor), rate: UInt64(rate))
    }
  }

  private func device(
    _ text: String, _ name: String
  ) throws -> (device: DeviceNumber, value: String) {
    guard let colon = text.lastIndex(of: ":") else {
      throw EngineError.invalid(
        option: "--\(name)", value: text, reason: "it has to be DEVICE:VALUE")
    }
    let path = String(text[..<colon])
    do {
      let file = try openFile(path, [.path])
      let status = try file.lent.status(subject: path)
      guard status.kind == .block || status.kind == .character else {
        throw EngineError.invalid(option: "--\(name)", value: text, reason: "\(path) is no device")
      }
      return (status.device, String(text[text.index(after: colon)...]))
    } catch let error as SystemError {
      throw EngineError.invalid(option: "--\(name)", value: text, reason: "\(error)")
    }
  }
}
