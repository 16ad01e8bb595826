/// One node of a document as `Codable` wants it.
///
/// Coding paths are not kept: an error finds the name of its field from the node (`field`).
struct NodeDecoder: Decoder, SingleValueDecodingContainer {
  let document: JSONDocument
  let node: Int
  let emptyStringIsAbsent: Bool

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private var kind: JSONDocument.Kind { document.nodes[node].kind }

  /// The same for another node of the document.
  func at(_ node: Int) -> NodeDecoder {
    NodeDecoder(document: document, node: node, emptyStringIsAbsent: emptyStringIsAbsent)
  }

  func mismatch(_ expected: String) -> JSONError {
    .mismatch(field: document.field(node), expected: expected, found: document.noun(node))
  }

  // MARK: Decoder

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard kind == .object else { throw mismatch("an object") }
    return KeyedDecodingContainer(ObjectDecoder(self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard kind == .array else { throw mismatch("an array") }
    return ArrayDecoder(self)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  // MARK: Values

  /// Whether the node counts as absent.
  func decodeNil() -> Bool {
    kind == .null
      || emptyStringIsAbsent && kind == .plainString && document.nodes[node].count == 0
  }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch kind {
    case .true: return true
    case .false: return false
    default: throw mismatch("true or false")
    }
  }

  func decode(_ type: String.Type) throws -> String {
    guard kind == .plainString || kind == .string else { throw mismatch("a string") }
    return document.string(node)
  }

  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

  func decode(_ type: Double.Type) throws -> Double {
    guard kind == .number else { throw mismatch("a number") }
    let text = numberText
    guard let number = Double(text), number.isFinite else {
      throw JSONError.outOfRange(
        field: document.field(node), number: String(text.prefix(40)),
        lowest: "\(-Double.greatestFiniteMagnitude)", highest: "\(Double.greatestFiniteMagnitude)")
    }
    return number
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    // Most of a seccomp profile is lists of names: they need no container.
    if type == [String].self, let list = try strings() as? Value { return list }
    do {
      return try type.init(from: self)
    } catch let error as DecodingError {
      throw translated(error, type)
    }
  }

  private func strings() throws -> [String] {
    guard kind == .array else { throw mismatch("an array") }
    var list: [String] = []
    list.reserveCapacity(Int(document.nodes[node].count))
    var element = node + 1
    for _ in 0..<document.nodes[node].count {
      list.append(try at(element).decode(String.self))
      element = Int(document.nodes[element].end)
    }
    return list
  }

  // MARK: Integers

  private var numberText: String { document.string(node) }

  private func integer<Number: FixedWidthInteger>() throws -> Number {
    guard kind == .number else { throw mismatch("an integer") }
    let start = Int(document.nodes[node].start)
    var digits = document.text[start..<(start + Int(document.nodes[node].count))]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    var number: Number = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        throw JSONError.mismatch(
          field: document.field(node), expected: "an integer",
          found: String(numberText.prefix(40)))
      }
      let digit = Number(truncatingIfNeeded: byte - UInt8(ascii: "0"))
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, again) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || again { throw outOfRange(Number.self) }
      number = sum
    }
    return number
  }

  private func outOfRange<Number: FixedWidthInteger>(_ type: Number.Type) -> JSONError {
    .outOfRange(
      field: document.field(node), number: String(numberText.prefix(40)),
      lowest: "\(type.min)", highest: "\(type.max)")
  }

  // MARK: Errors of decoded types

  /// The error of a type's own `init(from:)`, nearly always that of an enumeration of strings.
  private func translated(_ error: DecodingError, _ type: any Any.Type) -> JSONError {
    if case .dataCorrupted = error, kind == .plainString || kind == .string,
      let cases = type as? any CaseIterable.Type
    {
      return .mismatch(
        field: document.field(node), expected: words(cases), found: quoted(document.string(node)))
    }
    return .mismatch(
      field: document.field(node), expected: "a \(type)", found: document.noun(node))
  }

  /// `"a", "b" or "c"`: the values of an enumeration of strings.
  private func words<Cases: CaseIterable>(_ type: Cases.Type) -> String {
    let words = type.allCases.map { word in
      quoted("\((word as? any RawRepresentable)?.rawValue ?? word)")
    }
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
