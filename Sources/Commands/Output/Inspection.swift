import GoTemplate

/// What `inspect` commands show: a JSON array of all objects, or what a template makes of each.
enum Inspection {
  static func write(_ objects: [GoValue], to output: Output, format: String?) throws {
    let format = format ?? ""
    if format.isEmpty || Listing.isJSON(format) {
      output.line(GoValue.list(objects).json(indentedBy: "     "))
      return
    }
    // `{{println .}}` and the like bring a line feed of their own, and get another one in podman too.
    let template = try Template(Listing.unescaped(format) + "\n")
    for object in objects { output.write(try template.render(object)) }
  }

  /// One value, as `info` and `version` show it.
  static func writeOne(_ value: GoValue, to output: Output, format: String) throws {
    if Listing.isJSON(format) {
      output.line(value.json(indentedBy: "  "))
    } else {
      output.write(try Template(Listing.unescaped(format) + "\n").render(value))
    }
  }
}
