/// Takes options out of a command line as runc does: `-x` and `--x` are alike, a value follows behind
/// `=` or as the next word, flags take `=true` and `=false`, and `--` ends the options.
struct OptionParser {
  /// The options there are; `help` and `h` are there always.
  var options: [Option]
  /// Whether the first argument ends the options, so that what follows belongs to another program.
  var stopsAtFirstArgument: Bool

  /// - Parameter words: the command line behind the command's name.
  func parse(_ words: ArraySlice<String>) throws(OptionError) -> ParsedOptions {
    var parsed = ParsedOptions()
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        parsed.arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        parsed.arguments.append(word)
        if stopsAtFirstArgument {
          parsed.arguments += rest
          break
        }
        continue
      }
      try take(word, &rest, into: &parsed)
      if parsed.asksForHelp { break }
    }
    return parsed
  }

  private func take(
    _ word: String, _ rest: inout ArraySlice<String>, into parsed: inout ParsedOptions
  ) throws(OptionError) {
    let body = word.dropFirst(word.hasPrefix("--") ? 2 : 1)
    let equals = body.firstIndex(of: "=")
    let name = String(body[..<(equals ?? body.endIndex)])
    let attached = equals.map { String(body[body.index(after: $0)...]) }
    if name.isEmpty || name.hasPrefix("-") { throw .badSyntax(word) }
    guard let option = options.first(where: { $0.name == name || $0.letter == name }) else {
      guard name == "help" || name == "h" else { throw .unknown(name) }
      parsed.asksForHelp = true
      return
    }
    if option.value == .flag {
      let value = attached ?? "true"
      if parseBoolean(value) == nil { throw .badBoolean(value, option: name) }
      parsed.add(option.name, value)
      return
    }
    guard let value = attached ?? rest.popFirst() else { throw .missingValue(name) }
    guard option.value.accepts(value) else { throw .badValue(value, option: name) }
    parsed.add(option.name, value)
  }
}

extension Option.Value {
  fileprivate func accepts(_ value: String) -> Bool {
    switch self {
    case .flag, .text, .texts: true
    case .integer, .integers: parseInteger(value) != nil
    case .duration: parseDuration(value) != nil
    }
  }
}
