/// A value in a parsed document.
public struct JSONNode {
  let document: JSONDocument
  let index: Int

  var kind: JSONDocument.Kind { document.nodes[index].kind }
  private var end: Int { Int(document.nodes[index].end) }

  /// Whether it counts as absent.
  var isAbsent: Bool {
    kind == .null
      || document.emptyStringIsAbsent && kind == .plainString && document.nodes[index].count == 0
  }

  // MARK: Content

  /// The node that follows in the text: behind a name, its value.
  var next: JSONNode { JSONNode(document: document, index: index + 1) }

  /// The first element of an array, or name of an object.
  var firstChild: JSONNode? {
    index + 1 < end ? JSONNode(document: document, index: index + 1) : nil
  }

  /// The element, or name, that follows a child of this array or object.
  func child(after child: JSONNode) -> JSONNode? {
    child.end < end ? JSONNode(document: document, index: child.end) : nil
  }

  func arrayCount() throws(JSONError) -> Int {
    guard kind == .array else { throw mismatch("an array") }
    return Int(document.nodes[index].count)
  }

  func memberCount() throws(JSONError) -> Int {
    guard kind == .object else { throw mismatch("an object") }
    return Int(document.nodes[index].count)
  }

  // MARK: Scalars

  /// The string that stands here.
  public func string() throws(JSONError) -> String {
    guard kind == .plainString || kind == .string else { throw mismatch("a string") }
    return document.string(index)
  }

  func double() throws(JSONError) -> Double {
    guard kind == .number else { throw mismatch("a number") }
    guard let number = Double(document.string(index)), number.isFinite else {
      throw .outOfRange(
        field: field, number: numberText, lowest: "\(-Double.greatestFiniteMagnitude)",
        highest: "\(Double.greatestFiniteMagnitude)")
    }
    return number
  }

  /// The sign and the magnitude of an integer that is read as the given type.
  func integer<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(JSONError) -> (isNegative: Bool, magnitude: UInt64) {
    guard kind == .number else { throw mismatch("an integer") }
    let start = Int(document.nodes[index].start)
    var digits = document.text[start..<(start + Int(document.nodes[index].count))]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    var magnitude: UInt64 = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        throw .mismatch(field: field, expected: "an integer", found: numberText)
      }
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, again) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if overflow || again { throw outOfRange(type) }
      magnitude = sum
    }
    return (isNegative, magnitude)
  }

  // MARK: Errors

  /// The name of the field: `mounts[3].destination`.
  public var field: String { document.field(index) }

  private var numberText: String { String(document.string(index).prefix(40)) }

  /// The error that this is not what was expected.
  public func mismatch(_ expected: String) -> JSONError {
    .mismatch(field: field, expected: expected, found: document.noun(index))
  }

  func outOfRange<Number: FixedWidthInteger>(_ type: Number.Type) -> JSONError {
    .outOfRange(
      field: field, number: numberText, lowest: "\(type.min)", highest: "\(type.max)")
  }

  func unknownWord(of words: [String]) -> JSONError {
    let words = words.map(quoted)
    var list = words.dropLast().joined(separator: ", ")
    if let last = words.last { list += list.isEmpty ? last : " or " + last }
    return .mismatch(field: field, expected: list, found: quoted(document.string(index)))
  }
}
