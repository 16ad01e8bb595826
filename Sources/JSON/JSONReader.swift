/// Reads JSON documents.
///
/// A member that a type does not have is passed over. Errors name the field that is wrong.
public struct JSONReader: Sendable {
  /// Whether an empty string stands for an absent optional member, as in documents whose definition
  /// is a Go structure with `omitempty`.
  public var emptyStringIsAbsent: Bool

  public init(emptyStringIsAbsent: Bool = false) {
    self.emptyStringIsAbsent = emptyStringIsAbsent
  }

  /// Reads one document from a whole text.
  public func read<Value: JSONValue>(
    _ type: Value.Type, from text: [UInt8]
  ) throws(JSONError) -> Value {
    let document = try JSONDocument(parsing: text, emptyStringIsAbsent: emptyStringIsAbsent)
    return try Value(from: JSONNode(document: document, index: 0))
  }

  /// Reads one document from a whole text.
  public func read<Value: JSONValue>(
    _ type: Value.Type, from text: String
  ) throws(JSONError) -> Value {
    try read(type, from: Array(text.utf8))
  }
}
