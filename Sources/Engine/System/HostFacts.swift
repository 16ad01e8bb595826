import LinuxSystem

/// What /proc and /etc say of the machine. What cannot be read is empty or 0.
public struct HostFacts {
  public var processors = 1
  /// Shares of the processors' time since the machine's start, in percent.
  public var userPercent = 0.0
  public var systemPercent = 0.0
  public var idlePercent = 0.0
  /// Bytes.
  public var memoryTotal: Int64 = 0
  public var memoryFree: Int64 = 0
  public var swapTotal: Int64 = 0
  public var swapFree: Int64 = 0
  /// Seconds since the machine's start.
  public var uptime = 0.0
  public var hostName = HostName.current()
  public var kernel = ""
  /// os-release(5): `debian`, `12`, `bookworm`.
  public var distribution = ""
  public var distributionVariant = ""
  public var distributionVersion = ""
  public var codeName = ""

  public init() {
    if let numbers = try? ProcessorAffinity.current() { processors = max(1, numbers.count) }
    readMemory()
    readProcessorTimes()
    readDistribution()
    kernel = Self.lines("/proc/sys/kernel/osrelease").first ?? ""
    uptime = Self.lines("/proc/uptime").first.flatMap { Double($0.prefix { $0 != " " }) } ?? 0
  }

  private static func lines(_ path: String) -> [String] {
    let bytes = (try? readFile(path, limit: 1 << 20)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private mutating func readMemory() {
    for line in Self.lines("/proc/meminfo") {
      let words = line.split(separator: " ")
      guard words.count > 1, let kilobytes = Int64(words[1]) else { continue }
      let bytes = kilobytes.multipliedReportingOverflow(by: 1024).partialValue
      switch words[0] {
      case "MemTotal:": memoryTotal = bytes
      case "MemFree:": memoryFree = bytes
      case "SwapTotal:": swapTotal = bytes
      case "SwapFree:": swapFree = bytes
      default: break
      }
    }
  }

  private mutating func readProcessorTimes() {
    // user nice system idle iowait irq softirq steal …: proc_stat(5)
    guard let line = Self.lines("/proc/stat").first else { return }
    let times = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    let total = times.reduce(0, +)
    guard times.count > 3, total > 0 else { return }
    func percent(_ time: Double) -> Double { (time / total * 10000).rounded() / 100 }
    userPercent = percent(times[0])
    systemPercent = percent(times[2])
    idlePercent = percent(times[3])
  }

  private mutating func readDistribution() {
    var lines = Self.lines("/etc/os-release")
    if lines.isEmpty { lines = Self.lines("/usr/lib/os-release") }
    for line in lines {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = line[line.index(after: equals)...].filter { $0 != "\"" && $0 != "'" }
      switch line[..<equals] {
      case "ID": distribution = value
      case "VARIANT_ID": distributionVariant = value
      case "VERSION_ID": distributionVersion = value
      case "VERSION_CODENAME": codeName = value
      default: break
      }
    }
  }
}

extension NumberSet {
  fileprivate var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
