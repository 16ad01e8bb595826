/// Reads JSON documents into `Decodable` types.
///
/// A field that a type does not have is passed over. Errors name the field that is wrong.
public struct JSONReader: Sendable {
  /// Whether an empty string stands for an absent optional field, as in documents whose definition
  /// is a Go structure with `omitempty`.
  public var emptyStringIsAbsent: Bool

  public init(emptyStringIsAbsent: Bool = false) {
    self.emptyStringIsAbsent = emptyStringIsAbsent
  }

  /// Reads one document from a whole text.
  public func read<Value: Decodable>(
    _ type: Value.Type, from text: [UInt8]
  ) throws(JSONError) -> Value {
    let document = try JSONDocument(parsing: text)
    let root = NodeDecoder(
      document: document, node: 0, emptyStringIsAbsent: emptyStringIsAbsent)
    do {
      return try root.decode(type)
    } catch let error as JSONError {
      throw error
    } catch {
      throw .mismatch(field: "", expected: "a \(type)", found: "\(error)")
    }
  }

  /// Reads one document from a whole text.
  public func read<Value: Decodable>(
    _ type: Value.Type, from text: String
  ) throws(JSONError) -> Value {
    try read(type, from: Array(text.utf8))
  }
}
