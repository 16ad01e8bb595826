/// Reads a template into nodes.
struct TemplateParser {
  /// How deep blocks and parentheses may be nested.
  private static let depthLimit = 100

  private var pieces: ArraySlice<TemplatePiece> = []
  private var depth = 0
  /// The templates that `define` and `block` name.
  private(set) var definitions: [String: [TemplateNode]] = [:]
  private var loops = 0

  /// Why a list of nodes ended.
  private enum End {
    case text
    case end
    /// `{{else}}`, with what follows it: `if …` or `with …`.
    case otherwise([Token], line: Int)
  }

  mutating func parse(_ text: String) throws(TemplateError) -> [TemplateNode] {
    var lexer = TemplateLexer(text)
    pieces = try lexer.pieces()[...]
    let (nodes, end) = try list()
    switch end {
    case .text: return nodes
    case .end: throw .syntax(line: 1, "unexpected {{end}}")
    case .otherwise(_, let line): throw .syntax(line: line, "unexpected {{else}}")
    }
  }

  private mutating func list() throws(TemplateError) -> ([TemplateNode], End) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw .limit("blocks are nested too deeply") }
    var nodes: [TemplateNode] = []
    while let piece = pieces.popFirst() {
      switch piece {
      case .text(let text): nodes.append(.text(text))
      case .action(let tokens, let line):
        var words = ActionParser(tokens, line: line)
        switch words.keyword() {
        case "end": return (nodes, .end)
        case "else": return (nodes, .otherwise(words.rest, line: line))
        case let keyword: if let node = try node(keyword, &words, line) { nodes.append(node) }
        }
      }
    }
    return (nodes, .text)
  }

  private mutating func node(
    _ keyword: String?, _ words: inout ActionParser, _ line: Int
  ) throws(TemplateError) -> TemplateNode? {
    switch keyword {
    case "if", "with", "range": return try branch(keyword ?? "", try words.pipeline(), line)
    case "break", "continue":
      guard loops > 0 else { throw .syntax(line: line, "{{\(keyword ?? "")}} outside {{range}}") }
      return keyword == "break" ? .break : .continue
    case "define":
      let name = try words.name()
      definitions[name] = try body(line)
      return nil
    case "template":
      let name = try words.name()
      return .template(name: name, words.isAtEnd ? nil : try words.pipeline(), line: line)
    case "block":
      let name = try words.name()
      let pipeline = try words.pipeline()
      definitions[name] = try body(line)
      return .template(name: name, pipeline, line: line)
    default: return .action(try words.pipeline())
    }
  }

  /// The nodes up to `{{end}}`.
  private mutating func body(_ line: Int) throws(TemplateError) -> [TemplateNode] {
    guard case (let nodes, .end) = try list() else { throw .syntax(line: line, "unexpected EOF") }
    return nodes
  }

  private mutating func branch(
    _ keyword: String, _ pipeline: Pipeline, _ line: Int
  ) throws(TemplateError) -> TemplateNode {
    if keyword == "range" { loops += 1 }
    let (nodes, end) = try list()
    if keyword == "range" { loops -= 1 }
    var otherwise: [TemplateNode] = []
    switch end {
    case .text: throw .syntax(line: line, "unexpected EOF")
    case .end: break
    case .otherwise(let tokens, let line):
      var words = ActionParser(tokens, line: line)
      if let next = words.keyword() {
        // `{{else if …}}` shares the `{{end}}` of the whole.
        guard next == "if" && keyword == "if" || next == "with" && keyword == "with" else {
          throw .syntax(line: line, "unexpected <\(next)> in {{else}}")
        }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw .limit("blocks are nested too deeply") }
        otherwise = [try branch(next, try words.pipeline(), line)]
      } else {
        otherwise = try body(line)
      }
    }
    switch keyword {
    case "if": return .if(pipeline, nodes, else: otherwise)
    case "with": return .with(pipeline, nodes, else: otherwise)
    default: return .range(pipeline, nodes, else: otherwise)
    }
  }
}

/// Reads the words of one action.
struct ActionParser {
  private static let keywords: Set<String> = [
    "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue",
  ]

  private var tokens: ArraySlice<Token>
  private let line: Int
  private var depth = 0

  init(_ tokens: [Token], line: Int) {
    self.tokens = tokens[...]
    self.line = line
  }

  var rest: [Token] { Array(tokens) }

  var isAtEnd: Bool { tokens.allSatisfy { $0 == .space } }

  private mutating func skipSpace() { while tokens.first == .space { tokens.removeFirst() } }

  /// Takes the keyword at the beginning, if there is one.
  mutating func keyword() -> String? {
    skipSpace()
    guard case .word(let word)? = tokens.first, Self.keywords.contains(word) else { return nil }
    tokens.removeFirst()
    return word
  }

  /// Takes a template's name in quotation marks.
  mutating func name() throws(TemplateError) -> String {
    skipSpace()
    guard case .string(let name)? = tokens.popFirst() else {
      throw .syntax(line: line, "expected the name of a template in quotation marks")
    }
    return name
  }

  /// Reads all that is left as one pipeline.
  mutating func pipeline() throws(TemplateError) -> Pipeline {
    var pipeline = Pipeline(line: line)
    try takeVariables(&pipeline)
    try takeCommands(&pipeline)
    guard isAtEnd else { throw .syntax(line: line, "unexpected \")\" in action") }
    return pipeline
  }

  /// `$x :=`, `$i, $x :=` or `$x =`.
  private mutating func takeVariables(_ pipeline: inout Pipeline) throws(TemplateError) {
    let saved = tokens
    var names: [String] = []
    while true {
      skipSpace()
      guard case .variable(let name)? = tokens.first, names.count < 2 else { break }
      tokens.removeFirst()
      names.append(name)
      skipSpace()
      switch tokens.first {
      case .comma?:
        tokens.removeFirst()
        continue
      case .declare?, .assign?:
        pipeline.isAssignment = tokens.popFirst() == .assign
        pipeline.variables = names
        return
      default: break
      }
      break
    }
    tokens = saved
  }

  private mutating func takeCommands(_ pipeline: inout Pipeline) throws(TemplateError) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else { throw .limit("parentheses are nested too deeply") }
    while true {
      let command = try takeCommand()
      guard !command.isEmpty else { throw .syntax(line: line, "missing value for command") }
      pipeline.commands.append(command)
      guard tokens.first == .pipe else { return }
      tokens.removeFirst()
    }
  }

  private mutating func takeCommand() throws(TemplateError) -> [Operand] {
    var operands: [Operand] = []
    while true {
      skipSpace()
      guard let token = tokens.first, token != .pipe, token != .close else { return operands }
      tokens.removeFirst()
      operands.append(try operand(token))
      switch tokens.first {
      case nil, .space?, .pipe?, .close?: continue
      default:
        throw .syntax(line: line, "unexpected \(tokens.first.map { "\($0)" } ?? "") in operand")
      }
    }
  }

  private mutating func operand(_ token: Token) throws(TemplateError) -> Operand {
    switch token {
    case .dot: return .dot
    case .field(let name): return .field([name] + takeFields())
    case .variable(let name): return .variable(name, takeFields())
    case .string(let text): return .value(.string(text))
    case .character(let value): return .value(.int(Int64(value)))
    case .number(let text): return .value(try number(text))
    case .word("true"): return .bool(true)
    case .word("false"): return .bool(false)
    case .word("nil"): return .null
    case .word(let name):
      guard TemplateFunctions.names.contains(name) else {
        throw .unknownFunction(line: line, name)
      }
      return .function(name)
    case .open:
      var inner = Pipeline(line: line)
      try takeVariables(&inner)
      try takeCommands(&inner)
      guard tokens.popFirst() == .close else { throw .syntax(line: line, "unclosed left paren") }
      return .parentheses(inner, takeFields())
    default: throw .syntax(line: line, "unexpected \(token) in operand")
    }
  }

  private mutating func takeFields() -> [String] {
    var fields: [String] = []
    while case .field(let name)? = tokens.first {
      tokens.removeFirst()
      fields.append(name)
    }
    return fields
  }

  private func number(_ text: String) throws(TemplateError) -> GoValue {
    let plain = text.filter { $0 != "_" }
    if let value = Int64(plain) { return .int(value) }
    let lower = plain.lowercased()
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
      if let value = Int64(lower.dropFirst(2), radix: radix) { return .int(value) }
    }
    if let value = Double(plain), value.isFinite { return .float(value) }
    throw .syntax(line: line, "bad number syntax: \(goQuote(text))")
  }
}
