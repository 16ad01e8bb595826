import GoTemplate

extension GoValue {
  /// A structure of these fields.
  static func fields(_ fields: [GoStructure.Field]) -> GoValue { .structure(GoStructure(fields)) }
}
