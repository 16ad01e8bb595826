import Engine
import LinuxSystem
import Networking

/// The filters of `network ls` and `network prune`.
struct NetworkFilter {
  private let filters: Filters
  /// Names of networks that no container uses; looked up only where a filter asks.
  private let unused: () throws -> Set<String>
  private let names: [String]

  private static let forListing = ["name", "id", "driver", "label", "label!", "until", "dangling"]
  private static let forPruning = ["label", "label!", "until"]

  init(_ texts: [String], isPruning: Bool, _ engine: ContainerEngine) throws {
    filters = try Filters(texts)
    names = isPruning ? Self.forPruning : Self.forListing
    for (key, _) in filters.values where !names.contains(key) {
      throw CommandFailure("invalid filter \"\(key)\"")
    }
    unused = { Set(try engine.networks.unused().map(\.name)) }
  }

  func matches(_ network: Network) throws -> Bool {
    for (key, values) in filters.values {
      let fits =
        switch key {
        case "name": try values.contains { try Self.matches(network.name, $0) }
        case "id": values.contains { network.id.hasPrefix($0) }
        case "driver": values.contains(network.driver)
        case "label": Filters.matches(network.labels ?? [:], values)
        case "label!": !values.contains { Filters.matches(network.labels ?? [:], [$0]) }
        case "until": try values.contains { try Self.isBefore(network, $0) }
        default: try isDangling(network, values)
        }
      if !fits { return false }
    }
    return true
  }

  private func isDangling(_ network: Network, _ values: [String]) throws -> Bool {
    guard let value = values.first, values.count == 1, let wanted = Bool(value) else {
      throw CommandFailure("dangling filter accepts only one value: true or false")
    }
    return try unused().contains(network.name) == wanted
  }

  private static func isBefore(_ network: Network, _ value: String) throws -> Bool {
    guard let moment = InputTime.moment(value, isUntil: false) else {
      throw CommandFailure("invalid filter until=\(value): \(InputTime.explanation)")
    }
    guard let created = Timestamp(rfc3339: network.created) else { return false }
    return created < moment
  }

  /// A name fits where the pattern is found in it: of patterns, `^` and `$` are known.
  private static func matches(_ name: String, _ pattern: String) throws -> Bool {
    var text = pattern[...]
    let isAtStart = text.hasPrefix("^")
    if isAtStart { text = text.dropFirst() }
    let isAtEnd = text.hasSuffix("$")
    if isAtEnd { text = text.dropLast() }
    switch (isAtStart, isAtEnd) {
    case (true, true): return name == text
    case (true, false): return name.hasPrefix(text)
    case (false, true): return name.hasSuffix(text)
    case (false, false): return name.contains(text)
    }
  }
}
