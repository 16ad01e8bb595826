/// Writes a message in protobuf's wire format, of which CRIU's protocol uses two kinds of fields:
/// variable-length integers and length-delimited bytes.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case integer = 0
    case delimited = 2
  }

  mutating func write(_ number: UInt64, field: UInt64) {
    append(field << 3 | WireType.integer.rawValue)
    append(number)
  }

  /// A negative number is written as the 64-bit number with its sign.
  mutating func write(_ number: Int32, field: UInt64) {
    write(UInt64(bitPattern: Int64(number)), field: field)
  }

  mutating func write(_ flag: Bool, field: UInt64) { write(flag ? 1 : 0 as UInt64, field: field) }

  mutating func write(_ text: String, field: UInt64) { write(Array(text.utf8), field: field) }

  /// A message inside this one.
  mutating func write(field: UInt64, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    write(inner.bytes, field: field)
  }

  private mutating func write(_ content: [UInt8], field: UInt64) {
    append(field << 3 | WireType.delimited.rawValue)
    append(UInt64(content.count))
    bytes += content
  }

  /// Seven bits a byte, the lowest first; the highest bit says that another byte follows.
  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Reads a message in protobuf's wire format, field by field.
struct ProtobufReader {
  /// A field as it stands in the message.
  struct Field {
    var number: UInt64
    var value: Value
  }

  enum Value {
    case integer(UInt64)
    case delimited(ArraySlice<UInt8>)
    /// Of a fixed width, which no field that we know has.
    case fixed
  }

  /// Bytes that are no message.
  struct Malformed: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field; `nil` at the end.
  mutating func next() throws(Malformed) -> Field? {
    if rest.isEmpty { return nil }
    let key = try integer()
    let value: Value
    switch key & 7 {
    case 0: value = .integer(try integer())
    case 1:
      _ = try take(8)
      value = .fixed
    case 2: value = .delimited(try take(try integer()))
    case 5:
      _ = try take(4)
      value = .fixed
    default: throw Malformed()
    }
    return Field(number: key >> 3, value: value)
  }

  private mutating func integer() throws(Malformed) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw Malformed() }
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
    }
    throw Malformed()
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= UInt64(rest.count) else { throw Malformed() }
    let result = rest.prefix(Int(count))
    rest = rest.dropFirst(Int(count))
    return result
  }
}

extension ProtobufReader.Value {
  var unsigned: UInt64? { if case .integer(let number) = self { number } else { nil } }

  /// A signed number; what exceeds 32 bits is cut off, as protobuf has it.
  var signed: Int32? { unsigned.map { Int32(truncatingIfNeeded: $0) } }

  var flag: Bool? { unsigned.map { $0 != 0 } }

  var text: String? { content.map { String(decoding: $0, as: UTF8.self) } }

  var content: ArraySlice<UInt8>? { if case .delimited(let bytes) = self { bytes } else { nil } }
}
