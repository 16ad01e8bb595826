import LinuxSystem

/// Which events somebody wants to see.
public struct EventFilter {
  private typealias Test = (Event) -> Bool
  private var tests: [Test] = []
  /// Only what came after this; nil for no such bound.
  public var since: Timestamp?
  /// Only what came before this.
  public var until: Timestamp?

  public init() {}

  /// Reads filters: keys with their values. Of one key any value may fit; all keys have to.
  ///
  /// - Parameters:
  ///   - since: a time as `InputTime` reads it; a duration counts into the past.
  ///   - until: likewise; a duration counts into the future.
  public init(
    _ filters: [(key: String, values: [String])], since: String? = nil, until: String? = nil
  ) throws(EngineError) {
    for (key, values) in filters {
      let alternatives = try values.map { (value) throws(EngineError) in try Self.test(key, value) }
      tests.append { event in alternatives.contains { $0(event) } }
    }
    self.since = try Self.moment("since", since)
    self.until = try Self.moment("until", until)
  }

  /// Whether an event is among them.
  public func includes(_ event: Event) -> Bool {
    if let since, event.time <= since { return false }
    if let until, event.time >= until { return false }
    return tests.allSatisfy { $0(event) }
  }

  private static func moment(_ option: String, _ text: String?) throws(EngineError) -> Timestamp? {
    guard let text, !text.isEmpty else { return nil }
    guard let moment = InputTime.moment(text, isUntil: option == "until") else {
      throw .failed(
        "unable to convert \(option) time of \(text)",
        reason: "unable to interpret time value: \(InputTime.explanation)")
    }
    return moment
  }

  private static func test(_ key: String, _ value: String) throws(EngineError) -> Test {
    switch key.lowercased() {
    case "container": return subject(.container, value)
    case "image": return subject(.image, value)
    case "artifact": return subject(.artifact, value)
    case "pod": return subject(.pod, value)
    case "secret": return subject(.secret, value)
    case "volume": return { $0.type == .volume && $0.name.hasPrefix(value) }
    case "network":
      return { $0.type == .network && ($0.network == value || $0.id.hasPrefix(value)) }
    case "event", "status":
      // Docker says `die`.
      let status = value == "die" ? "died" : value
      return { $0.status.rawValue == status }
    case "type": return { $0.type.rawValue == value }
    case "label":
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts.first ?? "")
      guard parts.count > 1 else { return { $0.attributes[name] != nil } }
      let wanted = String(parts[1])
      return { $0.attributes[name] == wanted }
    default: throw .nothingToDo("\(key) is an invalid filter")
    }
  }

  private static func subject(_ type: EventType, _ value: String) -> Test {
    { $0.type == type && ($0.name == value || $0.id.hasPrefix(value)) }
  }
}
