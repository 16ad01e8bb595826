import ImageSpec
import JSON

/// An instruction that changes an image's configuration, as `commit --change` and `import --change` take
/// it: `CMD ["sh"]`, `ENV NAME=value`, also with an equals sign behind its name.
struct ImageChange {
  private let name: String
  private let value: String
  private let text: String

  /// - Throws: `EngineError.invalid` for what is no such instruction.
  init(_ text: String) throws(EngineError) {
    self.text = text
    let letters = text.prefix { $0.isLetter }
    name = letters.uppercased()
    var rest = text.dropFirst(letters.count)
    guard let separator = rest.popFirst(), separator == "=" || separator.isWhitespace else {
      throw EngineError.invalid(
        option: "--change", value: text, reason: "it has to be an instruction and its value")
    }
    value = trimmed(rest)
  }

  func apply(to configuration: inout ImageConfiguration) throws(EngineError) {
    var config = configuration.config ?? ImageConfiguration.ExecutionParameters()
    switch name {
    case "CMD": config.command = commandLine
    case "ENTRYPOINT": config.entrypoint = commandLine
    case "ENV":
      for (name, value) in try pairs() {
        config.environment = (config.environment ?? []).filter { !$0.hasPrefix(name + "=") }
        config.environment?.append("\(name)=\(value)")
      }
    case "LABEL":
      for (name, value) in try pairs() {
        config.labels = (config.labels ?? [:]).setting(name, value)
      }
    case "EXPOSE":
      for port in words {
        config.exposedPorts = (config.exposedPorts ?? []).union([try exposed(port)])
      }
    case "VOLUME":
      config.volumes = (config.volumes ?? []).union(jsonList ?? words)
    case "ONBUILD": config.onBuild = (config.onBuild ?? []) + [value]
    case "STOPSIGNAL": config.stopSignal = value
    case "USER": config.user = value
    case "WORKDIR":
      config.workingDirectory =
        value.hasPrefix("/") ? value : "\(config.workingDirectory ?? "")/\(value)"
    default:
      throw invalid(
        "the instruction is none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, "
          + "VOLUME, WORKDIR")
    }
    configuration.config = config
  }

  private func invalid(_ reason: String) -> EngineError {
    .invalid(option: "--change", value: text, reason: reason)
  }

  // MARK: Values

  /// A JSON array of words, or a line for the shell.
  private var commandLine: [String] { jsonList ?? ["/bin/sh", "-c", value] }

  private var jsonList: [String]? {
    guard value.hasPrefix("[") else { return nil }
    return try? JSONReader().read([String].self, from: value)
  }

  private var words: [String] { ShellWords.split(value) }

  /// `NAME=value …`, or the old `NAME value`.
  private func pairs() throws(EngineError) -> [(String, String)] {
    let words = words
    guard let first = words.first else { throw invalid("a name and a value are missing") }
    if !first.contains("=") {
      guard words.count > 1 else { throw invalid("a value is missing") }
      return [(first, trimmed(value.dropFirst(first.count)))]
    }
    var pairs: [(String, String)] = []
    for word in words {
      guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
        throw invalid("\"\(word)\" is no NAME=value")
      }
      pairs.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
    }
    return pairs
  }

  private func exposed(_ port: String) throws(EngineError) -> String {
    let parts = port.split(separator: "/", omittingEmptySubsequences: false)
    let transport = parts.count == 2 ? parts[1].lowercased() : "tcp"
    guard let first = parts.first, parts.count <= 2, ["tcp", "udp", "sctp"].contains(transport),
      !first.isEmpty, first.split(separator: "-").allSatisfy({ UInt16($0) ?? 0 > 0 })
    else { throw invalid("\"\(port)\" is no port") }
    return "\(first)/\(transport)"
  }
}

extension [String: String] {
  fileprivate func setting(_ name: String, _ value: String) -> Self {
    var copy = self
    copy[name] = value
    return copy
  }
}

private func trimmed(_ text: Substring) -> String {
  var rest = text.drop { $0.isWhitespace }
  while rest.last?.isWhitespace ?? false { rest.removeLast() }
  return String(rest)
}
