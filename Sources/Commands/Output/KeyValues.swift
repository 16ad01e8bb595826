/// The values of options that have the form `KEY=VALUE`, as `--label`.
enum KeyValues {
  /// Reads them; `KEY` alone has an empty value. Of one key the last counts.
  static func read(_ texts: [String], option: String) throws(CommandFailure) -> [String: String] {
    var values: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = parts.first, !key.isEmpty else {
        throw CommandFailure("invalid --\(option) \"\(text)\": it has the form KEY=VALUE")
      }
      values[String(key)] = parts.count > 1 ? String(parts[1]) : ""
    }
    return values
  }
}
