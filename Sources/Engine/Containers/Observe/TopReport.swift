import LinuxSystem

/// The columns of `top`, in the names of ps(1) and podman's own.
public struct TopReport {
  /// What a column is called in a request, and in its heading.
  public static let descriptors: [(name: String, heading: String)] = [
    ("args", "COMMAND"), ("capamb", "AMBIENT CAPS"), ("capbnd", "BOUNDING CAPS"),
    ("capeff", "EFFECTIVE CAPS"), ("capinh", "INHERITED CAPS"), ("capprm", "PERMITTED CAPS"),
    ("comm", "COMMAND"), ("etime", "ELAPSED"), ("group", "GROUP"), ("groups", "GROUPS"),
    ("hgroup", "HGROUP"), ("hgroups", "HGROUPS"), ("hpid", "HPID"), ("huser", "HUSER"),
    ("label", "LABEL"), ("nice", "NI"), ("pcpu", "%CPU"), ("pgid", "PGID"), ("pid", "PID"),
    ("ppid", "PPID"), ("rgroup", "RGROUP"), ("rss", "RSS"), ("ruser", "RUSER"),
    ("seccomp", "SECCOMP"), ("state", "STATE"), ("stime", "STIME"), ("time", "TIME"),
    ("tty", "TTY"), ("user", "USER"), ("vsz", "VSZ"),
  ]
  static let standard = ["user", "pid", "ppid", "pcpu", "etime", "tty", "time", "args"]
  private static let aliases = [
    "%cpu": "pcpu", "%c": "pcpu", "%a": "args", "%g": "group", "%n": "nice", "%p": "pid",
    "%r": "pgid", "%t": "etime", "%u": "user", "%x": "time", "%y": "tty", "%z": "vsz",
    "%c ": "comm", "ucmd": "comm", "cmd": "args", "command": "args", "uid": "user",
  ]

  public let columns: [String]

  /// - Parameter words: names of columns, with commas or without; empty for the usual ones. Nil if a
  ///   name is none.
  public init?(_ words: [String]) {
    let names = words.flatMap { $0.split(separator: ",").map { $0.lowercased() } }
    let known = names.map { Self.aliases[$0] ?? $0 }
    guard known.allSatisfy({ name in Self.descriptors.contains { $0.name == name } }) else {
      return nil
    }
    columns = known.isEmpty ? Self.standard : known
  }

  public var heading: [String] {
    columns.map { name in Self.descriptors.first { $0.name == name }?.heading ?? name }
  }

  /// A row's texts.
  public func row(
    _ process: ContainerProcessInfo, parents: [Int32: Int32],
    names: (users: [UInt32: String], groups: [UInt32: String])
  ) -> [String] {
    // A clock tick of /proc is a hundredth of a second on every machine (USER_HZ).
    let tick: Int64 = 10_000_000
    let cpu = (process.statField(14) &+ process.statField(15)) &* tick
    let elapsed = max(0, MonotonicClock.sinceBoot() &- process.statField(22) &* tick)
    return columns.map { column in
      switch column {
      case "args":
        process.arguments.isEmpty
          ? "[\(process.command)]" : process.arguments.joined(separator: " ")
      case "comm": process.command
      case "capamb": capabilities(process, "CapAmb")
      case "capbnd": capabilities(process, "CapBnd")
      case "capeff": capabilities(process, "CapEff")
      case "capinh": capabilities(process, "CapInh")
      case "capprm": capabilities(process, "CapPrm")
      case "etime": TopReport.goDuration(elapsed)
      case "time": TopReport.goDuration(cpu)
      case "user", "ruser": names.users[process.uid] ?? "\(process.uid)"
      case "group", "rgroup": names.groups[process.gid] ?? "\(process.gid)"
      case "groups":
        process.groups.map { names.groups[$0] ?? "\($0)" }.joined(separator: ",")
      case "huser": TopReport.hostUsers.name(ofUser: process.hostUID) ?? "\(process.hostUID)"
      case "hgroup": TopReport.hostGroup(process.hostGID)
      case "hgroups": process.hostGroups.map(TopReport.hostGroup).joined(separator: ",")
      case "hpid": "\(process.hostID)"
      case "pid": "\(process.id)"
      case "ppid": "\(parents[Int32(clamping: process.statField(4))] ?? 0)"
      case "pgid": "\(parents[Int32(clamping: process.statField(5))] ?? 0)"
      case "pcpu":
        fixed(elapsed > 0 ? Double(cpu) * 100 / Double(elapsed) : 0)
      case "label": process.label.isEmpty ? "?" : process.label
      case "nice": "\(process.statField(19))"
      case "rss": "\(process.statField(24) * 4)"
      case "vsz": "\(process.statField(23) / 1024)"
      case "state": process.stat.first ?? "?"
      case "seccomp":
        ["0": "disabled", "1": "strict", "2": "filter"][process.status["Seccomp"] ?? ""] ?? "?"
      case "stime":
        Timestamp(seconds: Timestamp.now().seconds - elapsed / 1_000_000_000, nanoseconds: 0)
          .rfc3339Seconds
      case "tty": terminal(process.statField(7))
      default: "?"
      }
    }
  }

  private static let hostUsers = PasswordFile(
    (try? readFile("/etc/passwd", limit: 1 << 24)) ?? [])

  private static let hostGroupNames: [UInt32: String] = {
    let bytes = (try? readFile("/etc/group", limit: 1 << 24)) ?? []
    var names: [UInt32: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 2, let number = UInt32(fields[2]) { names[number] = String(fields[0]) }
    }
    return names
  }()

  private static func hostGroup(_ number: UInt32) -> String {
    hostGroupNames[number] ?? "\(number)"
  }

  private func terminal(_ device: Int64) -> String {
    guard device != 0 else { return "?" }
    let major = device >> 8 & 0xfff
    let minor = device & 0xff | device >> 12 & 0xfff00
    return major >= 136 && major <= 143 ? "pts/\(minor + (major - 136) * 256)" : "tty\(minor)"
  }

  private func capabilities(_ process: ContainerProcessInfo, _ field: String) -> String {
    guard let bits = UInt64(process.status[field] ?? "", radix: 16), bits != 0 else {
      return "none"
    }
    let supported = Capabilities.supported()
    if bits & supported.rawValue == supported.rawValue { return "full" }
    return Capabilities(rawValue: bits).names.map {
      $0.hasPrefix("CAP_") ? String($0.dropFirst(4)) : $0
    }
    .joined(separator: ",")
  }

  private func fixed(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(thousandths % 1000 + 1000).dropFirst()
    return "\(thousandths / 1000).\(fraction)"
  }

  /// `1h2m3.5s`, as Go prints it.
  static func goDuration(_ nanoseconds: Int64) -> String {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    var fraction = rest == 0 ? "" : "." + String(rest + 1_000_000_000).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    if seconds == 0, rest > 0 { return "\(rest / 1_000_000)ms" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let end = "\(seconds % 60)\(fraction)s"
    if hours > 0 { return "\(hours)h\(minutes)m\(end)" }
    return minutes > 0 ? "\(minutes)m\(end)" : end
  }
}
