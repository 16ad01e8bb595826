import LinuxSystem
public import RuntimeSpec

/// The resource limits of a container's processes (setrlimit(2)).
public enum ContainerLimits {
  /// Reads `nofile=1024:2048`, `nofile=1024`, `core=-1`.
  public static func limit(
    _ text: String, option: String = "--ulimit"
  ) throws(EngineError) -> Spec.Process.Rlimit {
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: option, value: text, reason: reason)
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw wrong("it has to be name=soft[:hard]") }
    let name = parts[0].lowercased()
    let rawName = name.hasPrefix("rlimit_") ? name.uppercased() : "RLIMIT_" + name.uppercased()
    guard let kind = Spec.Process.Rlimit.Kind(rawValue: rawName) else {
      throw wrong("there is no such limit")
    }
    let values = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard values.count <= 2, let soft = number(values.first ?? ""),
      let hard = number(values.last ?? "")
    else { throw wrong("the values have to be numbers, or -1 for no limit") }
    guard soft <= hard else { throw wrong("the soft limit is above the hard one") }
    return .init(type: kind, hard: hard, soft: soft)
  }

  private static func number(_ text: Substring) -> UInt64? {
    if text == "-1" || text == "unlimited" { return .max }
    return UInt64(text)
  }

  /// The limits of a request over the defaults.
  ///
  /// A default that this process may not set is lowered to what it may; one that was asked for stays,
  /// and the runtime says why it cannot be had.
  static func resolve(
    requested: [String], defaults: [String], maximum: (ResourceLimit) -> UInt64
  ) throws(EngineError) -> [Spec.Process.Rlimit] {
    if requested.contains("host") { return [] }
    var limits: [Spec.Process.Rlimit] = []
    var standard = defaults
    for (name, value) in [("nofile", 1_048_576), ("nproc", 4_194_304)]
    where !standard.contains(where: { $0.hasPrefix(name + "=") }) {
      standard.append("\(name)=\(value)")
    }
    for text in standard {
      var limit = try limit(text, option: "default_ulimits")
      if let kind = ResourceLimit(name: limit.type.rawValue) {
        limit.hard = min(limit.hard, maximum(kind))
        limit.soft = min(limit.soft, limit.hard)
      }
      set(limit, in: &limits)
    }
    for text in requested { set(try limit(text), in: &limits) }
    return limits
  }

  private static func set(_ limit: Spec.Process.Rlimit, in limits: inout [Spec.Process.Rlimit]) {
    limits.removeAll { $0.type == limit.type }
    limits.append(limit)
  }

  /// The highest value that this process may set, or have the runtime set.
  static func allowed(_ kind: ResourceLimit) -> UInt64 {
    let resources = Capabilities(name: "CAP_SYS_RESOURCE") ?? []
    let held = (try? ThreadCapabilities.current().effective) ?? []
    if held.contains(resources), !CurrentProcess.isInUserNamespace { return .max }
    return (try? kind.values().hard) ?? .max
  }
}
