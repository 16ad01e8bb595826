import GoTemplate

/// Values as YAML, as Go's sigs.k8s.io/yaml writes them: names as in JSON, sorted; block style.
enum YAMLText {
  static func of(_ value: GoValue) -> String {
    lines(value, indent: 0).joined(separator: "\n") + "\n"
  }

  private static func lines(_ value: GoValue, indent: Int) -> [String] {
    let space = String(repeating: " ", count: indent)
    switch value {
    case .list(let values) where !values.isEmpty:
      return values.flatMap { item -> [String] in
        guard let (first, rest) = split(lines(item, indent: indent + 2)) else { return [] }
        return [space + "- " + first.dropFirst(indent + 2)] + rest
      }
    case .map, .structure:
      let members = self.members(value)
      guard !members.isEmpty else { return [space + "{}"] }
      return members.flatMap { name, member -> [String] in
        let key = space + scalar(name) + ":"
        switch member {
        case .list(let values) where !values.isEmpty:
          return [key] + lines(member, indent: indent)
        case .map, .structure:
          return self.members(member).isEmpty
            ? [key + " {}"] : [key] + lines(member, indent: indent + 2)
        case .string(let text) where text.contains("\n"):
          return [key + " |" + (text.hasSuffix("\n") ? "" : "-")]
            + text.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast(text.hasSuffix("\n") ? 1 : 0)
            .map { $0.isEmpty ? "" : space + "  " + $0 }
        default: return [key + " " + plain(member)]
        }
      }
    default: return [space + plain(value)]
    }
  }

  private static func split(_ lines: [String]) -> (String, [String])? {
    lines.first.map { ($0, Array(lines.dropFirst())) }
  }

  /// Names and values of a map or structure in the order of the names.
  private static func members(_ value: GoValue) -> [(String, GoValue)] {
    switch value {
    case .map(let members):
      return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
        ($0.key, $0.value)
      }
    case .structure(let structure):
      return structure.fields.filter { field in
        field.json != nil && !(field.omitsEmpty && !field.value.isTrue)
      }.map { ($0.json ?? "", $0.value) }.sorted {
        $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
      }
    default: return []
    }
  }

  private static func plain(_ value: GoValue) -> String {
    switch value {
    case .missing, .null, .nilList, .nilMap: "null"
    case .list: "[]"
    case .string(let text): scalar(text)
    case .duration(let nanoseconds): String(nanoseconds)
    case .time(let seconds, let nanoseconds):
      "\"" + CalendarTime(seconds, nanoseconds).rfc3339 + "\""
    default: value.text
    }
  }

  /// A text without quotation marks where YAML would not take it for something else.
  private static func scalar(_ text: String) -> String {
    if text.isEmpty { return "\"\"" }
    let isSpecial =
      text.first.map { "-?:,[]{}#&*!|>'\"%@` ".contains($0) } ?? false
      || text.contains(": ") || text.contains(" #") || text.hasSuffix(":") || text.hasSuffix(" ")
    let looksOther =
      Double(text) != nil
      || ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"].contains(
        text.lowercased())
    if looksOther { return "\"\(text)\"" }
    if text.utf8.contains(where: { $0 < 32 }) { return Printf.format("%q", [.string(text)]) }
    if isSpecial {
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "''") + "'"
    }
    return text
  }
}
