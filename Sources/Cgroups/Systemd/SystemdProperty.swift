/// A property of a unit, as `StartTransientUnit` and `SetUnitProperties` take it.
struct SystemdProperty: Equatable, Sendable {
  var name: String
  var value: DBusValue

  init(_ name: String, _ value: DBusValue) {
    self.name = name
    self.value = value
  }

  /// Of the type `a(sv)`.
  static func list(_ properties: [SystemdProperty]) -> DBusValue {
    .array(
      of: "(sv)",
      properties.map { .structure([.string($0.name), .variant($0.value)]) })
  }
}

// MARK: Annotations

extension SystemdProperty {
  private static let annotationPrefix = "org.systemd.property."

  /// What `org.systemd.property.*` annotations may set: how long the unit lives and how it ends, its
  /// share of the machine, and its order among units.
  ///
  /// Not what acts beyond the container: starting other units (`Wants=`, `OnFailure=`) or stopping the
  /// machine (`SuccessAction=`); nor what widens its rights (`DeviceAllow=`).
  private static let settable: Set<String> = [
    "Description", "CollectMode", "TimeoutStopUSec", "RuntimeMaxUSec", "KillMode", "KillSignal",
    "SendSIGHUP", "SendSIGKILL", "FinalKillSignal", "OOMPolicy", "After", "Before", "PartOf",
    "DefaultDependencies", "CPUWeight", "StartupCPUWeight", "CPUShares", "CPUQuotaPerSecUSec",
    "CPUQuotaPeriodUSec", "AllowedCPUs", "AllowedMemoryNodes", "MemoryMin", "MemoryLow",
    "MemoryHigh", "MemoryMax", "MemorySwapMax", "MemoryZSwapMax", "MemoryLimit", "TasksMax",
    "IOWeight", "StartupIOWeight", "BlockIOWeight", "ManagedOOMSwap", "ManagedOOMMemoryPressure",
    "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
  ]

  /// The properties that annotations ask for, by name.
  ///
  /// - Throws: `invalidValue` for a property that may not be set and for a value that is none.
  static func fromAnnotations(
    _ annotations: [String: String]
  ) throws(CgroupError) -> [SystemdProperty] {
    var properties: [SystemdProperty] = []
    for (key, text) in annotations.sorted(by: { $0.key < $1.key })
    where key.hasPrefix(annotationPrefix) {
      let field = "annotations.\(key)"
      var name = String(key.dropFirst(annotationPrefix.count))
      var value: DBusValue
      do throws(DBusError) { value = try DBusText.parse(text) } catch {
        throw .invalidValue(field: field, value: text, reason: "no value of D-Bus: \(error)")
      }
      // Units files say TimeoutStopSec=, the bus TimeoutStopUSec.
      if name.hasSuffix("Sec"), let before = name.utf8.dropLast(3).last,
        (97...122).contains(before)
      {
        guard let microseconds = microseconds(value) else {
          throw .invalidValue(field: field, value: text, reason: "not a number of seconds")
        }
        name = name.dropLast(3) + "USec"
        value = .uint64(microseconds)
      }
      guard settable.contains(name) else {
        throw .invalidValue(
          field: field, value: text, reason: "not a property that a container may set")
      }
      properties.append(SystemdProperty(name, value))
    }
    return properties
  }

  private static func microseconds(_ seconds: DBusValue) -> UInt64? {
    let whole: UInt64?
    switch seconds {
    case .byte(let value): whole = UInt64(value)
    case .int16(let value): whole = UInt64(exactly: value)
    case .uint16(let value): whole = UInt64(value)
    case .int32(let value): whole = UInt64(exactly: value)
    case .uint32(let value): whole = UInt64(value)
    case .int64(let value): whole = UInt64(exactly: value)
    case .uint64(let value): whole = value
    case .double(let value): return UInt64(exactly: (value * 1_000_000).rounded(.down))
    default: return nil
    }
    guard let (product, overflow) = whole?.multipliedReportingOverflow(by: 1_000_000), !overflow
    else { return nil }
    return product
  }
}

// MARK: Devices

extension SystemdProperty {
  /// The device rules in systemd's words, which has no rules that deny and none for a minor number of
  /// any major. The container's own program or list is set after it and is exact; this is for the
  /// times when systemd writes its own anew.
  static func devices(_ policy: DevicePolicy) -> [SystemdProperty] {
    func allow(_ entries: [DBusValue]) -> SystemdProperty {
      SystemdProperty("DeviceAllow", .array(of: "(ss)", entries))
    }
    if policy.allowsByDefault, policy.exceptions.isEmpty {
      return [allow([]), SystemdProperty("DevicePolicy", .string("auto"))]
    }
    // An empty list first: the entries are added to those that a unit has.
    let strict = [allow([]), SystemdProperty("DevicePolicy", .string("strict"))]
    if policy.allowsByDefault { return strict }
    var entries: [DBusValue] = []
    for (pattern, access) in policy.exceptions {
      let kind = pattern.kind == .block ? "block" : "char"
      let node: String
      switch (pattern.major, pattern.minor) {
      case (nil, nil): node = "\(kind)-*"
      case (nil, _): continue
      case (let major?, nil): node = "\(kind)-\(major)"
      case (let major?, let minor?): node = "/dev/\(kind)/\(major):\(minor)"
      }
      entries.append(.structure([.string(node), .string(access.letters)]))
    }
    return strict + [allow(entries)]
  }
}
