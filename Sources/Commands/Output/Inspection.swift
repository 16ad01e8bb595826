import GoTemplate

/// What `inspect` commands show: a JSON array of all objects, or what a template makes of each.
enum Inspection {
  static func write(_ objects: [GoValue], to output: Output, format: String?) throws {
    let format = format ?? ""
    if format.isEmpty || Listing.isJSON(format) {
      output.line(GoValue.list(objects).json(indentedBy: "     "))
      return
    }
    output.write(try Listing(table: "", rows: objects).text(format: format, heading: false))
  }

  /// One value, as `info` and `version` show it.
  static func writeOne(_ value: GoValue, to output: Output, format: String) throws {
    if Listing.isJSON(format) {
      output.line(value.json(indentedBy: "  "))
    } else {
      output.write(try Listing.template(format).render(value))
    }
  }
}
