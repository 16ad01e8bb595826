/// Carries a template out.
struct TemplateEvaluator {
  /// How deep templates may call each other, and nodes stand in one another.
  private static let depthLimit = 200
  /// How many bytes may be written.
  private static let outputLimit = 256 << 20

  private let definitions: [String: [TemplateNode]]
  /// Whether functions pass their first argument on, because it is the title of a column.
  private let isHeading: Bool
  private(set) var output: [UInt8] = []
  private var variables: [(name: String, value: GoValue)]
  /// How many nodes and commands may still be carried out.
  private var steps: Int
  private var depth = 0

  private enum Flow {
    case next, `break`, `continue`
  }

  init(_ definitions: [String: [TemplateNode]], _ value: GoValue, isHeading: Bool, stepLimit: Int) {
    self.definitions = definitions
    self.isHeading = isHeading
    steps = stepLimit
    variables = [("$", value)]
  }

  mutating func run(_ nodes: [TemplateNode], _ dot: GoValue) throws(TemplateError) {
    _ = try walk(nodes, dot)
  }

  private mutating func walk(
    _ nodes: [TemplateNode], _ dot: GoValue
  ) throws(TemplateError) -> Flow {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw .limit("exceeded maximum template depth") }
    for node in nodes {
      let flow = try step(node, dot)
      if flow != .next { return flow }
    }
    return .next
  }

  /// Walks nodes whose variables end with them.
  private mutating func block(
    _ nodes: [TemplateNode], _ dot: GoValue, from mark: Int
  ) throws(TemplateError) -> Flow {
    let flow = try walk(nodes, dot)
    variables.removeSubrange(mark...)
    return flow
  }

  private mutating func count() throws(TemplateError) {
    steps -= 1
    guard steps >= 0, output.count <= Self.outputLimit else {
      throw .limit("does more than is allowed")
    }
  }

  private mutating func step(
    _ node: TemplateNode, _ dot: GoValue
  ) throws(TemplateError) -> Flow {
    try count()
    let mark = variables.count
    switch node {
    case .text(let text): output += text.utf8
    case .action(let pipeline):
      let value = try evaluate(pipeline, dot)
      if pipeline.variables.isEmpty { output += value.text.utf8 }
    case .if(let pipeline, let nodes, let otherwise):
      let isTrue = try evaluate(pipeline, dot).isTrue
      return try block(isTrue ? nodes : otherwise, dot, from: mark)
    case .with(let pipeline, let nodes, let otherwise):
      let value = try evaluate(pipeline, dot)
      return value.isTrue
        ? try block(nodes, value, from: mark) : try block(otherwise, dot, from: mark)
    case .range(let pipeline, let nodes, let otherwise):
      return try range(pipeline, nodes, otherwise, dot, mark)
    case .template(let name, let pipeline, let line):
      guard let nodes = definitions[name] else {
        throw .execution(line: line, at: "template", "template \(goQuote(name)) not defined")
      }
      let value =
        try pipeline.map { (it) throws(TemplateError) in try evaluate(it, dot) }
        ?? .missing
      let saved = variables
      variables = [("$", value)]
      _ = try walk(nodes, value)
      variables = saved
    case .break: return .break
    case .continue: return .continue
    }
    return .next
  }

  private mutating func range(
    _ pipeline: Pipeline, _ nodes: [TemplateNode], _ otherwise: [TemplateNode], _ dot: GoValue,
    _ mark: Int
  ) throws(TemplateError) -> Flow {
    var plain = pipeline
    plain.variables = []
    let value = try evaluate(plain, dot)
    let names = pipeline.variables
    var isEmpty = true
    func bind(_ key: GoValue, _ element: GoValue) {
      let values = names.count == 2 ? [key, element] : [element]
      for (name, value) in zip(names, values) {
        if pipeline.isAssignment { set(name, value) } else { variables.append((name, value)) }
      }
    }
    func once(_ key: GoValue, _ element: GoValue) throws(TemplateError) -> Bool {
      isEmpty = false
      try count()
      let mark = variables.count
      bind(key, element)
      return try block(nodes, element, from: mark) != .break
    }
    switch value {
    case .list(let elements):
      for (position, element) in elements.enumerated() {
        guard try once(GoValue(position), element) else { break }
      }
    case .map(let members):
      for (key, element) in members.sorted(by: {
        $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
      }) {
        guard try once(.string(key), element) else { break }
      }
    case .int(let end):
      var number: Int64 = 0
      while number < end {
        guard try once(.int(number), .int(number)) else { break }
        number += 1
      }
    case .missing, .null, .nilList, .nilMap: break
    default:
      throw .execution(
        line: pipeline.line, at: text(of: pipeline), "range can't iterate over \(value.text)")
    }
    variables.removeSubrange(mark...)
    return isEmpty ? try block(otherwise, dot, from: mark) : .next
  }

  // MARK: Pipelines

  private mutating func evaluate(
    _ pipeline: Pipeline, _ dot: GoValue
  ) throws(TemplateError) -> GoValue {
    var value = GoValue.missing
    for (position, command) in pipeline.commands.enumerated() {
      try count()
      value = try evaluate(command, pipeline, dot, piped: position > 0 ? value : nil)
    }
    for name in pipeline.variables {
      if pipeline.isAssignment { set(name, value) } else { variables.append((name, value)) }
    }
    return value
  }

  private mutating func set(_ name: String, _ value: GoValue) {
    guard let index = variables.lastIndex(where: { $0.name == name }) else { return }
    variables[index].value = value
  }

  private mutating func evaluate(
    _ command: [Operand], _ pipeline: Pipeline, _ dot: GoValue, piped: GoValue?
  ) throws(TemplateError) -> GoValue {
    guard let first = command.first else { return .missing }
    if case .function(let name) = first {
      return try call(name, Array(command.dropFirst()), pipeline, dot, piped)
    }
    if let (method, holder) = try method(first, pipeline, dot) {
      if isHeading { return try value(of: first, pipeline, dot) }
      var arguments: [GoValue] = []
      for operand in command.dropFirst() { arguments.append(try value(of: operand, pipeline, dot)) }
      if let piped { arguments.append(piped) }
      guard arguments.count == 1 else {
        throw .execution(
          line: pipeline.line, at: first.text,
          "wrong number of args for \(method): want 1 got \(arguments.count)")
      }
      return holder(arguments[0])
    }
    if command.count > 1 || piped != nil, !isHeading {
      throw .execution(
        line: pipeline.line, at: first.text, "can't give argument to non-function \(first.text)")
    }
    return try value(of: first, pipeline, dot)
  }

  private mutating func call(
    _ name: String, _ operands: [Operand], _ pipeline: Pipeline, _ dot: GoValue, _ piped: GoValue?
  ) throws(TemplateError) -> GoValue {
    if name == "and" || name == "or" {
      // The first argument that decides; those behind it are not evaluated.
      var last = GoValue.missing
      for operand in operands {
        last = try value(of: operand, pipeline, dot)
        if last.isTrue == (name == "or") { return last }
      }
      return piped ?? last
    }
    var arguments: [GoValue] = []
    for operand in operands { arguments.append(try value(of: operand, pipeline, dot)) }
    if let piped { arguments.append(piped) }
    if isHeading, let title = heading(name, arguments) { return title }
    do throws(TemplateFunctions.Refusal) {
      return try TemplateFunctions.call(name, arguments)
    } catch {
      throw .execution(line: pipeline.line, at: name, error.reason)
    }
  }

  /// The method with an argument that an operand such as `.Label` names, and what calls it.
  private func method(
    _ operand: Operand, _ pipeline: Pipeline, _ dot: GoValue
  ) throws(TemplateError) -> (name: String, call: @Sendable (GoValue) -> GoValue)? {
    guard case .field(let names) = operand, let last = names.last else { return nil }
    let holder = try member(Array(names.dropLast()), of: dot, operand, pipeline)
    guard case .structure(let structure) = holder,
      let application = structure.field(last)?.application
    else { return nil }
    return (last, application)
  }

  /// What podman's functions make of the title of a column: the title.
  private func heading(_ name: String, _ arguments: [GoValue]) -> GoValue? {
    switch name {
    case "json", "lower", "upper", "title", "join", "split", "truncate", "pad", "len", "index",
      "slice":
      arguments.first { if case .string = $0 { true } else { false } }
    default: nil
    }
  }

  private mutating func value(
    of operand: Operand, _ pipeline: Pipeline, _ dot: GoValue
  ) throws(TemplateError) -> GoValue {
    switch operand {
    case .dot: return dot
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .value(let value): return value
    case .field(let names): return try member(names, of: dot, operand, pipeline)
    case .variable(let name, let names):
      guard let found = variables.last(where: { $0.name == name }) else {
        throw .syntax(line: pipeline.line, "undefined variable \(goQuote(name))")
      }
      return try member(names, of: found.value, operand, pipeline)
    case .function(let name): return try call(name, [], pipeline, dot, nil)
    case .parentheses(let inner, let names):
      depth += 1
      defer { depth -= 1 }
      guard depth <= Self.depthLimit else { throw .limit("exceeded maximum template depth") }
      return try member(names, of: try evaluate(inner, dot), operand, pipeline)
    }
  }

  private func member(
    _ names: [String], of value: GoValue, _ operand: Operand, _ pipeline: Pipeline
  ) throws(TemplateError) -> GoValue {
    var value = value
    for name in names {
      switch value {
      case .map(let titles) where isHeading: value = titles[name] ?? .string(columnTitle(name))
      case .string where isHeading: break  // A column of a field's field has the field's title.
      case .structure(let structure):
        guard let member = structure[name] else {
          throw .execution(
            line: pipeline.line, at: operand.text,
            "can't evaluate field \(name) in type struct; there are "
              + structure.fields.map { "." + $0.name }.sorted().joined(separator: ", "))
        }
        value = member
      case .map(let members): value = members[name] ?? .missing
      case .nilMap, .missing: value = .missing
      case .null:
        throw .execution(
          line: pipeline.line, at: operand.text, "nil pointer evaluating .\(name)")
      default:
        throw .execution(
          line: pipeline.line, at: operand.text,
          "can't evaluate field \(name) in type \(value.typeName)")
      }
    }
    return value
  }

  private func text(of pipeline: Pipeline) -> String {
    pipeline.commands.map { $0.map(\.text).joined(separator: " ") }.joined(separator: " | ")
  }
}

/// The title of a field's column: its name in upper case, its words apart: `CREATED AT`.
func columnTitle(_ name: String) -> String {
  var title = ""
  let letters = Array(name)
  for (position, letter) in letters.enumerated() {
    let isBoundary =
      position > 0 && letter.isUppercase
      && (letters[position - 1].isLowercase
        || position + 1 < letters.count && letters[position + 1].isLowercase)
    if isBoundary { title += " " }
    title += letter.uppercased()
  }
  return title
}
