import LinuxSystem

/// Which volumes a listing shows, or a prune removes.
public struct VolumeFilter {
  private typealias Test = (Volumes.Volume, [String: [String]]) -> Bool
  private var tests: [Test] = []
  /// Whether it asks who uses a volume, for which all containers' records are read.
  fileprivate var needsUsers = false

  /// Reads filters: keys with their values. Of one key any value may fit; all keys have to.
  ///
  /// - Throws: `EngineError` for a key or a value that means nothing.
  public init(_ filters: [(key: String, values: [String])], in volumes: Volumes) throws {
    for (key, values) in filters { tests.append(try Self.test(key, values, volumes)) }
    needsUsers = filters.contains { $0.key == "dangling" }
  }

  /// Whether a volume is among them.
  ///
  /// - Parameter users: the ids of the containers that use volumes, by the volumes' names.
  func includes(_ volume: Volumes.Volume, users: [String: [String]]) -> Bool {
    tests.allSatisfy { $0(volume, users) }
  }

  private static func test(
    _ key: String, _ values: [String], _ volumes: Volumes
  ) throws -> Test {
    switch key {
    case "name":
      let patterns = values.compactMap { TextPattern($0) }
      return { volume, _ in patterns.contains { $0.matches(volume.name) } }
    case "driver": return { volume, _ in values.contains(volume.record.driver) }
    case "scope": return { _, _ in values.contains("local") }
    case "label": return { volume, _ in values.allSatisfy { has($0, volume.record.labels) } }
    case "label!": return { volume, _ in !values.allSatisfy { has($0, volume.record.labels) } }
    case "opt": return { volume, _ in values.contains { has($0, volume.record.options) } }
    case "until":
      let until = try moment(values)
      return { volume, _ in volume.record.created < until }
    case "after", "since":
      let since = try values.map { try volumes.find($0).record.created }.min() ?? 0
      return { volume, _ in volume.record.created > since }
    case "dangling":
      let wanted = try values.map { try bool(key, $0) }
      return { volume, users in wanted.contains(users[volume.name] == nil) }
    case "anonymous":
      let wanted = try values.map { try bool(key, $0) }
      return { volume, _ in wanted.contains(volume.record.isAnonymous) }
    default: throw EngineError.nothingToDo("\"\(key)\" is an invalid volume filter")
    }
  }

  /// Whether a map has `key`, or `key=value`.
  private static func has(_ wish: String, _ map: [String: String]) -> Bool {
    let parts = wish.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let found = parts.first.flatMap { map[String($0)] }
    return parts.count > 1 && !parts[1].isEmpty ? found == String(parts[1]) : found != nil
  }

  private static func bool(_ key: String, _ value: String) throws(EngineError) -> Bool {
    switch value.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default:
      throw .nothingToDo(
        "\"\(value)\" is not a valid value for the \"\(key)\" filter - must be true or false")
    }
  }

  private static func moment(_ values: [String]) throws(EngineError) -> Int64 {
    guard let value = values.first, values.count == 1 else {
      throw .nothingToDo("specify exactly one timestamp for until")
    }
    guard let moment = InputTime.moment(value, isUntil: false) else {
      throw .invalid(option: "--filter until", value: value, reason: InputTime.explanation)
    }
    return moment.seconds * 1_000_000_000 + moment.nanoseconds
  }
}

extension Volumes {
  /// The volumes that a filter lets pass, in the order of their names.
  public func list(_ filter: VolumeFilter) throws -> [Volume] {
    let users = filter.needsUsers ? try users() : [:]
    return try all().filter { filter.includes($0, users: users) }
  }
}
