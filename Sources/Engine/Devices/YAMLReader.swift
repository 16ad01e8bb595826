import JSON

/// Reads the part of YAML in which programs write their files, to the values that JSON has: mappings and
/// sequences by indentation or in brackets, plain and quoted scalars, comments.
///
/// Anchors, tags, block scalars, complex keys and several documents are errors that name the line: none is
/// passed over.
struct YAMLReader {
  /// What is wrong, and in which line, counted from 1.
  struct Failure: Error, Equatable, CustomStringConvertible {
    var line: Int
    var reason: String
    var description: String { "line \(line): \(reason)" }
  }

  private struct Line {
    var indent: Int
    var text: Substring
    var number: Int

    var isElement: Bool { text == "-" || text.hasPrefix("- ") }
  }

  private var lines: [Line] = []
  private var position = 0
  private var depth = 0
  private static let deepest = 64

  static func read(_ text: String) throws(Failure) -> JSONTree {
    var reader = YAMLReader()
    try reader.split(text)
    guard let first = reader.lines.first else { return .null }
    let tree = try reader.node(first.indent)
    if reader.position < reader.lines.count {
      throw reader.wrong("its indentation fits nothing above it")
    }
    return tree
  }

  private func wrong(_ reason: String) -> Failure {
    let index = min(position, lines.count - 1)
    return Failure(line: index >= 0 ? lines[index].number : 1, reason: reason)
  }

  private mutating func split(_ text: String) throws(Failure) {
    var number = 0
    for whole in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      let indent = whole.prefix { $0 == " " }.count
      let content = whole.dropFirst(indent)
      if content.hasPrefix("\t") {
        throw Failure(line: number, reason: "a tab cannot indent")
      }
      if content.isEmpty || content.hasPrefix("#") { continue }
      if indent == 0, content == "---" || content.hasPrefix("--- ") || content.hasPrefix("%") {
        guard lines.isEmpty, content == "---" else {
          throw Failure(line: number, reason: "there is more than one document")
        }
        continue
      }
      if indent == 0, content == "..." { break }
      lines.append(Line(indent: indent, text: content, number: number))
    }
  }

  // MARK: Blocks

  private mutating func node(_ indent: Int) throws(Failure) -> JSONTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw wrong("it is nested too deeply") }
    let line = lines[position]
    if line.isElement { return try sequence(indent) }
    if try key(of: line.text) != nil { return try mapping(indent) }
    position += 1
    return try value(line.text, line.number)
  }

  private mutating func sequence(_ indent: Int) throws(Failure) -> JSONTree {
    var elements: [JSONTree] = []
    while position < lines.count, lines[position].indent == indent, lines[position].isElement {
      let rest = lines[position].text.dropFirst()
      let spaces = rest.prefix { $0 == " " }.count
      let content = rest.dropFirst(spaces)
      if content.isEmpty || content.hasPrefix("#") {
        position += 1
        elements.append(try below(indent))
      } else {
        // What follows the dash is a node of its own, further in.
        lines[position].indent = indent + 1 + spaces
        lines[position].text = content
        elements.append(try node(indent + 1 + spaces))
      }
    }
    try checkEnd(indent)
    return .array(elements)
  }

  private mutating func mapping(_ indent: Int) throws(Failure) -> JSONTree {
    var members: [JSONTree.Member] = []
    while position < lines.count, lines[position].indent == indent, !lines[position].isElement {
      let line = lines[position]
      guard let (name, rest) = try key(of: line.text) else {
        throw wrong("a name with a colon is missing")
      }
      if members.contains(where: { $0.name == name }) { throw wrong("\(name) is there twice") }
      position += 1
      if rest.isEmpty || rest.hasPrefix("#") {
        let isSequence =
          position < lines.count && lines[position].indent == indent && lines[position].isElement
        members.append(.init(name, isSequence ? try sequence(indent) : try below(indent)))
      } else {
        members.append(.init(name, try value(rest, line.number)))
      }
    }
    try checkEnd(indent)
    return .object(members)
  }

  /// What stands further in than this; null where nothing does.
  private mutating func below(_ indent: Int) throws(Failure) -> JSONTree {
    guard position < lines.count, lines[position].indent > indent else { return .null }
    return try node(lines[position].indent)
  }

  private func checkEnd(_ indent: Int) throws(Failure) {
    if position < lines.count, lines[position].indent > indent {
      throw wrong("it is indented further than what it belongs to")
    }
  }

  /// The name in front of a colon, and what follows; nil where the line is no member of a mapping.
  private func key(of text: Substring) throws(Failure) -> (String, Substring)? {
    guard let first = text.first, !"[{".contains(first) else { return nil }
    if first == "?" { throw wrong("complex keys are not read") }
    var rest = text
    let name: String
    if first == "\"" || first == "'" {
      name = try quoted(&rest, lines[position].number)
      guard rest.first == ":" else { return nil }
    } else {
      var index = text.startIndex
      while true {
        guard let colon = text[index...].firstIndex(of: ":") else { return nil }
        let after = text.index(after: colon)
        if after == text.endIndex || text[after] == " " {
          name = String(text[..<colon])
          rest = text[colon...]
          break
        }
        index = after
      }
      if name.contains(" #") { return nil }
    }
    rest.removeFirst()
    guard rest.isEmpty || rest.first == " " else { return nil }
    return (name, rest.drop { $0 == " " })
  }

  // MARK: Scalars and brackets

  /// A value on one line, with nothing but a comment behind it.
  private func value(_ text: Substring, _ line: Int) throws(Failure) -> JSONTree {
    var rest = text
    let value = try flow(&rest, line, isInside: false, depth: 0)
    rest = rest.drop { $0 == " " }
    guard rest.isEmpty || rest.hasPrefix("#") else {
      throw Failure(line: line, reason: "\"\(rest)\" stands behind a value")
    }
    return value
  }

  private func flow(
    _ rest: inout Substring, _ line: Int, isInside: Bool, depth: Int
  ) throws(Failure) -> JSONTree {
    guard depth <= Self.deepest else {
      throw Failure(line: line, reason: "it is nested too deeply")
    }
    switch rest.first {
    case "\"", "'": return .string(try quoted(&rest, line))
    case "[":
      rest.removeFirst()
      var elements: [JSONTree] = []
      while try !closes(&rest, "]", line) {
        elements.append(try flow(&rest, line, isInside: true, depth: depth + 1))
      }
      return .array(elements)
    case "{":
      rest.removeFirst()
      var members: [JSONTree.Member] = []
      while try !closes(&rest, "}", line) {
        guard case let name = try flow(&rest, line, isInside: true, depth: depth + 1),
          let name = Self.text(name), rest.first == ":"
        else { throw Failure(line: line, reason: "a colon is missing") }
        rest = rest.dropFirst().drop { $0 == " " }
        members.append(.init(name, try flow(&rest, line, isInside: true, depth: depth + 1)))
      }
      return .object(members)
    case "&", "*", "!", "|", ">", "@", "`", "%":
      throw Failure(
        line: line, reason: "anchors, tags and blocks of text are not read (\(rest))")
    default: return Self.scalar(plain(&rest, isInside: isInside))
    }
  }

  /// Passes over a comma; true at the end of the brackets.
  private func closes(
    _ rest: inout Substring, _ bracket: Character, _ line: Int
  ) throws(Failure) -> Bool {
    rest = rest.drop { $0 == " " || $0 == "," }
    guard let first = rest.first else {
      throw Failure(line: line, reason: "\(bracket) is missing on the line")
    }
    guard first == bracket else { return false }
    rest.removeFirst()
    return true
  }

  private func plain(_ rest: inout Substring, isInside: Bool) -> String {
    var end = rest.startIndex
    var isAfterSpace = false
    while end < rest.endIndex {
      let character = rest[end]
      if character == "#", isAfterSpace { break }
      if isInside, ",]}".contains(character) { break }
      if isInside, character == ":" {
        let next = rest.index(after: end)
        if next == rest.endIndex || " ,]}".contains(rest[next]) { break }
      }
      isAfterSpace = character == " "
      end = rest.index(after: end)
    }
    let text = rest[..<end]
    rest = rest[end...]
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  private func quoted(_ rest: inout Substring, _ line: Int) throws(Failure) -> String {
    let quote = rest.removeFirst()
    var result = ""
    while let character = rest.popFirst() {
      if character == quote {
        guard quote == "'", rest.first == "'" else { return result }
        rest.removeFirst()
        result.append("'")
      } else if character == "\\", quote == "\"" {
        guard let escaped = rest.popFirst() else { break }
        switch escaped {
        case "n": result.append("\n")
        case "t": result.append("\t")
        case "r": result.append("\r")
        case "\"", "\\", "/": result.append(escaped)
        default: throw Failure(line: line, reason: "\\\(escaped) is not read")
        }
      } else {
        result.append(character)
      }
    }
    throw Failure(line: line, reason: "a quotation is not ended on its line")
  }

  /// The core schema's meaning of a scalar without quotation marks.
  private static func scalar(_ text: String) -> JSONTree {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if text.hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) {
      return .number(String(number))
    }
    if text.hasPrefix("0o"), let number = UInt64(text.dropFirst(2), radix: 8) {
      return .number(String(number))
    }
    if let number = Int64(text), !text.hasPrefix("+") { return .number(String(number)) }
    return .string(text)
  }

  private static func text(_ tree: JSONTree) -> String? {
    switch tree {
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    default: nil
    }
  }
}
