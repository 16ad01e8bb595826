/// The form of a list.
enum OutputFormat: String {
  case table, json

  init(_ options: ParsedOptions) throws {
    guard let format = OutputFormat(rawValue: options.text("format") ?? "table") else {
      throw CommandError.invalidOption("format", reason: "it can be table or json")
    }
    self = format
  }
}

extension Option {
  static let format = Option(
    "format", "f", .text(default: "table"), "the form of the output: table or json")
}
