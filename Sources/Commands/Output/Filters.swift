/// The values of `--filter`: `KEY=VALUE` each. Of one key any value may fit; all keys have to.
struct Filters {
  /// The values of each key, in the order of the line.
  private(set) var values: [(key: String, values: [String])] = []

  /// - Throws: `CommandFailure` for what has no `=`.
  init(_ texts: [String]) throws(CommandFailure) {
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else {
        throw CommandFailure(
          "invalid filter \"\(text)\": filters have the form name=value")
      }
      var key = String(text[..<equals])
      let value = String(text[text.index(after: equals)...])
      // `label!=x`
      if key.hasSuffix("!") { key = String(key.dropLast()) + "!" }
      if let index = values.firstIndex(where: { $0.key == key }) {
        values[index].values.append(value)
      } else {
        values.append((key, [value]))
      }
    }
  }

  var isEmpty: Bool { values.isEmpty }

  /// Whether labels hold all of the wanted ones: `key`, or `key=value`.
  static func matches(_ labels: [String: String], _ wanted: [String]) -> Bool {
    wanted.allSatisfy { wish in
      guard let equals = wish.firstIndex(of: "=") else { return labels[wish] != nil }
      return labels[String(wish[..<equals])] == String(wish[wish.index(after: equals)...])
    }
  }
}
