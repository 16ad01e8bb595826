/// A template of Go's text/template, as `--format` takes it.
///
/// There are pipelines, variables, `if`, `range`, `with`, `break`, `continue`, `define`, `template`,
/// `block`, comments, trim markers methods with one argument and the functions of `TemplateFunctions`; not `call`. What comes from a user cannot make it trap or run for ever.
public struct Template {
  private let nodes: [TemplateNode]
  private let definitions: [String: [TemplateNode]]

  /// Reads a template.
  public init(_ text: String) throws(TemplateError) {
    var parser = TemplateParser()
    nodes = try parser.parse(text)
    definitions = parser.definitions
  }

  /// The text that it makes of a value.
  ///
  /// - Parameter asHeading: whether the value holds the titles of columns, which podman's functions leave
  ///   as they are.
  public func render(
    _ value: GoValue, asHeading: Bool = false
  ) throws(TemplateError) -> String {
    try render(value, asHeading: asHeading, stepLimit: 20_000_000)
  }

  func render(
    _ value: GoValue, asHeading: Bool = false, stepLimit: Int
  ) throws(TemplateError) -> String {
    var evaluator = TemplateEvaluator(
      definitions, value, isHeading: asHeading, stepLimit: stepLimit)
    try evaluator.run(nodes, value)
    return String(decoding: evaluator.output, as: UTF8.self)
  }
}
