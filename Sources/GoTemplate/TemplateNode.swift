/// A piece of a parsed template.
indirect enum TemplateNode {
  case text(String)
  /// `{{pipeline}}`: printed, unless it only declares or sets a variable.
  case action(Pipeline)
  case `if`(Pipeline, [TemplateNode], else: [TemplateNode])
  case with(Pipeline, [TemplateNode], else: [TemplateNode])
  case range(Pipeline, [TemplateNode], else: [TemplateNode])
  /// `{{template "name" pipeline}}`.
  case template(name: String, Pipeline?, line: Int)
  case `break`
  case `continue`
}

/// Commands, each of which gets the result of the one before as its last argument.
struct Pipeline {
  var line: Int
  /// The variables that take the result.
  var variables: [String] = []
  /// Whether they are set (`=`) and not declared (`:=`).
  var isAssignment = false
  /// The operands of each command, the function first.
  var commands: [[Operand]] = []
}

/// A part of a command.
indirect enum Operand {
  case dot
  case null
  case bool(Bool)
  case value(GoValue)
  /// `.A.B`.
  case field([String])
  /// `$x.A.B`.
  case variable(String, [String])
  /// The name of a function.
  case function(String)
  /// `(pipeline).A.B`.
  case parentheses(Pipeline, [String])

  /// How it is written, for messages.
  var text: String {
    func suffix(_ fields: [String]) -> String { fields.map { "." + $0 }.joined() }
    switch self {
    case .dot: return "."
    case .null: return "nil"
    case .bool(let value): return "\(value)"
    case .value(let value): return value.text
    case .field(let fields): return suffix(fields)
    case .variable(let name, let fields): return name + suffix(fields)
    case .function(let name): return name
    case .parentheses(_, let fields): return "(…)" + suffix(fields)
    }
  }
}
