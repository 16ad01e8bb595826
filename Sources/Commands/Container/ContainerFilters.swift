import CommandLine
import Engine
import HelperProtocols
import LinuxSystem

/// `--filter` of commands on containers.
struct ContainerFilters {
  private let filters: [(name: String, value: String)]
  private let containers: Containers

  init(_ texts: [String], _ containers: Containers) throws {
    self.containers = containers
    filters = try texts.map { text in
      guard let equals = text.firstIndex(of: "=") else {
        throw CommandFailure("invalid filter \"\(text)\": filters have to be name=value")
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
      if name == "until", group.count > 1 {
        throw CommandFailure("specify exactly one timestamp for until")
      }
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
    case "name":
      let pattern = try Self.pattern(value.filter { $0 != "/" })
      return { pattern.matches($0.name) }
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
        throw CommandFailure("unknown container state: \(value): invalid argument")
      }
      return { container in
        let status = container.state.status.rawValue
        func ended(_ word: String) -> String { word == "stopped" ? "exited" : word }
        return ended(status) == ended(value)
      }
    case "ancestor":
      let pattern = try Self.pattern(value)
      return { container in
        let image = container.record.imageName
        let name = image.prefix { $0 != ":" }
        return container.record.imageID.contains(value) || pattern.matches(image)
          || image.hasSuffix(":latest") && pattern.matches(String(name))
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
          mount.kind == .volume && mount.source == value || mount.destination == value
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
    case "restart-policy":
      guard ["none", "no", "", "always", "on-failure", "unless-stopped"].contains(value) else {
        throw CommandFailure("\(value) invalid restart policy")
      }
      return { $0.record.restart.policy == (value == "none" ? "no" : value) }
    case "command":
      let pattern = try Self.pattern(value)
      return { pattern.matches($0.record.process.command.first ?? "") }
    default:
      guard value == "true" || value == "false" else {
        throw CommandFailure("invalid filter value \"\(value)\": it has to be true or false")
      }
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

  private static func pattern(_ expression: String) throws -> TextPattern {
    guard let pattern = TextPattern(expression) else {
      throw CommandFailure("invalid filter value \"\(expression)\": it is no regular expression")
    }
    return pattern
  }
}
