import GoTemplate

/// A list as podman's listing commands show it: a table, JSON, or what a template makes of each row.
///
///     let listing = Listing(
///       table: "{{.ID}}\t{{.Names}}\t{{.Size}}", titles: ["ID": "IMAGE ID"], rows: rows)
///     try listing.write(to: call.output, format: call.options.given("format"),
///       heading: !call.options.flag("noheading"))
struct Listing {
  /// The row of the table that is shown where no format is asked for.
  var table: String
  /// Titles of columns that are not the field's name in upper case.
  var titles: [String: String] = [:]
  /// What a row has for templates.
  var rows: [GoValue]
  /// What `--format json` shows in the rows' place.
  var json: GoValue?
  /// What each level of that is indented by.
  var jsonIndent = "    "

  /// Writes it, see `text`.
  func write(to output: Output, format: String?, heading: Bool = true) throws {
    output.write(try text(format: format, heading: heading))
  }

  /// The text of it.
  ///
  /// - Parameters:
  ///   - format: nothing or `table` for the table; `json` or `{{json .}}`; `table TEMPLATE` for a table of
  ///     one's own; a template.
  ///   - heading: whether a table has its line of titles.
  func text(format: String?, heading: Bool = true) throws -> String {
    let format = format ?? ""
    if Self.isJSON(format) { return (json ?? .list(rows)).json(indentedBy: jsonIndent) + "\n" }
    var row = format
    let isTable: Bool
    if format.isEmpty || format == "table" {
      row = table
      isTable = true
    } else if format.hasPrefix("table ") {
      row = Self.tabbed(String(format.dropFirst(6)))
      isTable = true
    } else {
      isTable = false
    }
    let text = try render(row, heading: isTable && heading)
    return isTable ? Columns.align(text) : text
  }

  private func render(_ row: String, heading: Bool) throws -> String {
    let template = try Self.template(row)
    var text = ""
    // A template with a loop over all rows gets them at once.
    let words = row.filter { !$0.isWhitespace }
    let walksItself =
      words.contains("{{range.}}") || words.contains("{{-range.}}")
      || words.contains("{{range.-}}")
    if heading {
      let titles = GoValue.map(self.titles.mapValues { .string($0) })
      text += try template.render(walksItself ? .list([titles]) : titles, asHeading: true)
    }
    if walksItself { return text + (try template.render(.list(rows))) }
    for value in rows { text += try template.render(value) }
    return text
  }

  /// A format of a user's as a template: whole lines, and `\n` and `\t` as what they mean unless they stand
  /// inside a text of the template's own.
  static func template(_ format: String) throws -> Template {
    func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
    if let template = try? Template(line(unescaped(format))) { return template }
    return try Template(line(format))
  }

  /// Spaces between the fields of a table's row part its columns, as tabs do.
  private static func tabbed(_ row: String) -> String {
    var result = ""
    var isInside = false
    var rest = row[...]
    while let letter = rest.popFirst() {
      if letter == "{", rest.first == "{" { isInside = true }
      if letter == "}", rest.first == "}" { isInside = false }
      result.append(letter == " " && !isInside ? "\t" : letter)
    }
    return result
  }

  /// Whether a format asks for JSON: `json`, `{{json .}}`, `{{ json }}`.
  static func isJSON(_ format: String) -> Bool {
    let words = format.filter { !$0.isWhitespace }
    return words == "json" || words == "{{json.}}" || words == "{{json}}"
  }

  /// A format with another word in a word's place.
  static func replacing(_ part: String, with other: String, in text: String) -> String {
    var result = ""
    var rest = text[...]
    while !rest.isEmpty {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else if let letter = rest.popFirst() {
        result.append(letter)
      }
    }
    return result
  }

  /// `\t` and `\n` as shells leave them stand for a tab and a line feed.
  static func unescaped(_ format: String) -> String {
    var result = ""
    var rest = format[...]
    while let backslash = rest.firstIndex(of: "\\") {
      result += rest[..<backslash]
      rest = rest[backslash...]
      if rest.hasPrefix("\\t") {
        result += "\t"
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("\\n") {
        result += "\n"
        rest = rest.dropFirst(2)
      } else {
        result += "\\"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }
}
