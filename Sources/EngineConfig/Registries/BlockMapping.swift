/// What registries.d(5) and the parameter files of signing are written in: YAML's mappings by indentation, of
/// mappings and of scalars on one line. Whatever else YAML has is an error.
public struct BlockMapping: Equatable, Sendable {
  public enum Value: Equatable, Sendable {
    case text(String)
    case mapping(BlockMapping)
    /// A key with nothing behind it.
    case nothing
  }

  /// In the order of the text.
  public private(set) var entries: [(key: String, value: Value)] = []

  public static func == (left: BlockMapping, right: BlockMapping) -> Bool {
    left.entries.elementsEqual(right.entries) { $0 == $1 }
  }

  /// A line that cannot be read, counted from 1, and why.
  public struct Failure: Error, Equatable, Sendable {
    public var line: Int
    public var reason: String
  }

  public init(parsing text: String) throws(Failure) {
    var lines: [Line] = []
    // A carriage return and a line feed are one character.
    let all = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (number, raw) in all.enumerated() {
      let content = raw.drop { $0 == " " }
      if content.isEmpty || content.first == "#" || raw == "---" || raw == "..." { continue }
      guard content.first != "\t" else {
        throw Failure(line: number + 1, reason: "a tab cannot indent")
      }
      lines.append(
        Line(number: number + 1, indentation: raw.count - content.count, content: content))
    }
    var rest = lines[...]
    try self.init(&rest, indentation: lines.first?.indentation ?? 0)
    if let line = rest.first { throw Failure(line: line.number, reason: "it is indented wrongly") }
  }

  /// The value of a key; nil where it is not there.
  public subscript(key: String) -> Value? { entries.first { $0.key == key }?.value }

  private struct Line {
    var number: Int
    var indentation: Int
    var content: Substring
  }

  private init(_ lines: inout ArraySlice<Line>, indentation: Int) throws(Failure) {
    while let line = lines.first, line.indentation == indentation {
      lines.removeFirst()
      let (key, rest) = try Self.key(line)
      guard self[key] == nil else {
        throw Failure(line: line.number, reason: "\"\(key)\" is there twice")
      }
      let value: Value
      if let scalar = try Self.scalar(rest, line.number) {
        value = scalar
      } else if let next = lines.first, next.indentation > indentation {
        value = .mapping(try BlockMapping(&lines, indentation: next.indentation))
      } else {
        value = .nothing
      }
      entries.append((key, value))
    }
  }

  private init() {}

  /// The key of a line and what follows its colon. A plain key may have colons in it, as a host with a port.
  private static func key(_ line: Line) throws(Failure) -> (String, Substring) {
    let text = line.content
    if text.first == "\"" || text.first == "'" {
      let (key, rest) = try quoted(text, line.number)
      let after = rest.drop { $0 == " " }
      guard after.first == ":", after.count == 1 || after.dropFirst().first == " " else {
        throw Failure(line: line.number, reason: "a colon and a value are missing")
      }
      return (key, after.dropFirst())
    }
    var place = text.startIndex
    while let colon = text[place...].firstIndex(of: ":") {
      let next = text.index(after: colon)
      if next == text.endIndex || text[next] == " " {
        let key = text[..<colon]
        guard let first = key.first,
          !"[{}]&*!|>%@`-?,#".contains(first) || key.count > 1 && first == "*"
        else { throw Failure(line: line.number, reason: "it has no plain key") }
        return (String(key), text[next...])
      }
      place = next
    }
    throw Failure(line: line.number, reason: "it is no KEY: VALUE")
  }

  /// The scalar behind a colon; nil where nothing is there.
  private static func scalar(_ text: Substring, _ line: Int) throws(Failure) -> Value? {
    let text = text.drop { $0 == " " }
    guard let first = text.first, first != "#" else { return nil }
    if first == "\"" || first == "'" {
      let (value, rest) = try quoted(text, line)
      let after = rest.drop { $0 == " " }
      guard after.isEmpty || after.first == "#" else {
        throw Failure(line: line, reason: "something follows a quoted text")
      }
      return .text(value)
    }
    var plain = text
    if let comment = plain.firstRange(of: " #") { plain = plain[..<comment.lowerBound] }
    while plain.last == " " { plain.removeLast() }
    if plain == "{}" { return .mapping(BlockMapping()) }
    guard !"[{&*!|>%@`".contains(first) else {
      throw Failure(line: line, reason: "only texts and mappings by indentation are read here")
    }
    return .text(String(plain))
  }

  /// A quoted text and what follows it.
  private static func quoted(
    _ text: Substring, _ line: Int
  ) throws(Failure) -> (String, Substring) {
    var rest = text
    let quote = rest.removeFirst()
    var value = ""
    while let character = rest.popFirst() {
      if character == quote {
        guard quote == "'", rest.first == "'" else { return (value, rest) }
        rest.removeFirst()
        value.append("'")
      } else if character == "\\", quote == "\"" {
        switch rest.popFirst() {
        case "\"": value.append("\"")
        case "\\": value.append("\\")
        case "/": value.append("/")
        case "n": value.append("\n")
        case "t": value.append("\t")
        default: throw Failure(line: line, reason: "an escape is not understood")
        }
      } else {
        value.append(character)
      }
    }
    throw Failure(line: line, reason: "a quote is not closed")
  }
}
