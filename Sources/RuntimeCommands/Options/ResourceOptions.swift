import RuntimeSpec

/// The options of `update` that name limits.
struct ResourceOptions {
  private let options: ParsedOptions

  init(_ options: ParsedOptions) { self.options = options }

  /// The limits that were named, and no others.
  func resources() throws -> Spec.Linux.Resources {
    typealias Resources = Spec.Linux.Resources
    let memory = Resources.Memory(
      limit: try bytes("memory"), reservation: try bytes("memory-reservation"),
      swap: try bytes("memory-swap"), kernel: try bytes("kernel-memory"),
      kernelTCP: try bytes("kernel-memory-tcp"))
    let cpu = Resources.CPU(
      shares: try number("cpu-share"), quota: try number("cpu-quota"),
      burst: try number("cpu-burst"), period: try number("cpu-period"),
      realtimeRuntime: try number("cpu-rt-runtime"),
      realtimePeriod: try number("cpu-rt-period"), cpus: options.text("cpuset-cpus"),
      mems: options.text("cpuset-mems"), idle: try number("cpu-idle"))
    let pids = Resources.Pids(limit: options.integer("pids-limit").map(Int64.init))
    let weight: UInt16? = try number("blkio-weight")
    let resources = Resources(
      memory: memory == Resources.Memory() ? nil : memory,
      cpu: cpu == Resources.CPU() ? nil : cpu, pids: pids == Resources.Pids() ? nil : pids,
      blockIO: weight.flatMap { $0 == 0 ? nil : Resources.BlockIO(weight: $0) })
    try resources.validate()
    return resources
  }

  private func number<Number: FixedWidthInteger>(_ name: String) throws -> Number? {
    guard let text = options.text(name) else { return nil }
    guard let number = Number(text) else {
      throw CommandError.invalidOption(
        name, reason: "\(text) is no number from \(Number.min) to \(Number.max)")
    }
    return number
  }

  private func bytes(_ name: String) throws -> Int64? {
    guard let text = options.text(name) else { return nil }
    guard let bytes = parseBytes(text) else {
      throw CommandError.invalidOption(
        name, reason: "\(text) is no number of bytes, write it in the form 512m, or -1 for none")
    }
    return bytes
  }
}
