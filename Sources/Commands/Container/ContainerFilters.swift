import CommandLine
import Engine
import HelperProtocols

/// `--filter` of commands on containers.
struct ContainerFilters {
  private let filters: [(name: String, value: String)]
  private let containers: Containers

  init(_ texts: [String], _ containers: Containers) throws {
    self.containers = containers
    filters = try texts.map { text in
      guard let equals = text.firstIndex(of: "=") else {
        throw CommandFailure("invalid filter: \"\(text)\": filters have to be name=value")
      }
      let name = String(text[..<equals])
      let value = String(text[text.index(after: equals)...])
      guard Self.names.contains(name) else {
        throw CommandFailure("\(name) is an invalid filter")
      }
      return (name, value)
    }
  }

  private static let names: Set<String> = [
    "id", "name", "label", "label!", "exited", "status", "ancestor", "before", "since", "volume",
    "health", "pod", "network", "until", "restart-policy", "command", "should-start-on-boot",
    "annotation", "annotation!",
  ]

  /// Those that match: of filters with one name any, of different names all.
  func matching(_ all: [Containers.Container]) throws -> [Containers.Container] {
    var result = all
    let grouped = Dictionary(grouping: filters, by: \.name)
    for (name, group) in grouped {
      let tests = try group.map { try test(name, $0.value) }
      // Labels add up; everything else is a choice.
      if name.hasPrefix("label") || name.hasPrefix("annotation") {
        result = result.filter { container in tests.allSatisfy { $0(container) } }
      } else {
        result = result.filter { container in tests.contains { $0(container) } }
      }
    }
    return result
  }

  private func test(
    _ name: String, _ value: String
  ) throws -> (Containers.Container) -> Bool {
    switch name {
    case "id": return { $0.id.hasPrefix(value) }
    case "name": return { Self.matches(value, $0.name) }
    case "label": return { Self.hasLabel($0.record.labels, value) }
    case "label!": return { !Self.hasLabel($0.record.labels, value) }
    case "annotation": return { Self.hasLabel($0.record.annotations, value) }
    case "annotation!": return { !Self.hasLabel($0.record.annotations, value) }
    case "exited":
      guard let code = Int32(value) else {
        throw CommandFailure("exited code out of range \"\(value)\"")
      }
      return {
        ($0.state.status == .exited || $0.state.status == .stopped) && $0.state.exitCode == code
      }
    case "status":
      let known = [
        "created", "initialized", "running", "paused", "stopping", "stopped", "exited", "removing",
        "unknown",
      ]
      guard known.contains(value) else {
        throw CommandFailure("\(value) is not a valid status")
      }
      return { container in
        let status = container.state.status.rawValue
        return status == value || value == "exited" && status == "stopped"
      }
    case "ancestor":
      return { container in
        let image = container.record.imageName
        return container.record.imageID.hasPrefix(value) && value.count > 2 || image == value
          || image.hasSuffix("/" + value) || image.hasSuffix("/\(value):latest")
          || image.split(separator: ":").first.map { $0 == value || $0.hasSuffix("/" + value) }
            ?? false
      }
    case "before":
      let limit = try containers.find(value).record.created
      return { $0.record.created < limit }
    case "since":
      let limit = try containers.find(value).record.created
      return { $0.record.created > limit }
    case "volume":
      return { container in
        container.record.mounts.contains { mount in
          mount.source == value || mount.destination == value
            || "\(mount.source):\(mount.destination)" == value
        }
      }
    case "health":
      return {
        containers.health(of: $0)?.rawValue == value || value == "none" && $0.record.health == nil
      }
    case "pod": return { $0.record.podID?.hasPrefix(value) ?? false }
    case "network":
      return { container in
        container.record.network.attachments.contains { $0.name == value }
          || container.record.namespaces.network.description == value
      }
    case "until":
      guard let moment = TimeText.moment(value, now: TimeText.now()) else {
        throw CommandFailure("\(value) is no time")
      }
      return { $0.record.created < moment }
    case "restart-policy": return { $0.record.restart.policy == value }
    case "command": return { $0.record.process.arguments.joined(separator: " ").contains(value) }
    default:
      return { container in
        let starts = ["always", "unless-stopped"].contains(container.record.restart.policy)
        return starts == (value == "true")
      }
    }
  }

  private static func hasLabel(_ labels: [String: String], _ text: String) -> Bool {
    guard let equals = text.firstIndex(of: "=") else { return labels[text] != nil }
    return labels[String(text[..<equals])] == String(text[text.index(after: equals)...])
  }

  /// A part of a name, with `^` and `$` for its ends and `.*` for anything.
  static func matches(_ pattern: String, _ name: String) -> Bool {
    var body = pattern[...]
    let isStart = body.hasPrefix("^")
    if isStart { body.removeFirst() }
    let isEnd = body.hasSuffix("$")
    if isEnd { body.removeLast() }
    if body.contains(where: { "*.?[\\(+".contains($0) }), body.contains("*") {
      let wildcard = FileNamePattern.translated(String(body))
      return FileNamePattern.matches((isStart ? "" : "*") + wildcard + (isEnd ? "" : "*"), name)
    }
    switch (isStart, isEnd) {
    case (true, true): return name == body
    case (true, false): return name.hasPrefix(body)
    case (false, true): return name.hasSuffix(body)
    case (false, false): return name.contains(body)
    }
  }
}
