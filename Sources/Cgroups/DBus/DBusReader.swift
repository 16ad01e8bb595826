/// Takes values out of the bytes of a message. Everything is checked: the peer is not trusted to
/// count right.
struct DBusReader {
  private let bytes: [UInt8]
  private let isLittleEndian: Bool
  private(set) var offset = 0
  private var depth = 0

  init(_ bytes: [UInt8], isLittleEndian: Bool) {
    self.bytes = bytes
    self.isLittleEndian = isLittleEndian
  }

  mutating func align(to alignment: Int) throws(DBusError) {
    let aligned = (offset + alignment - 1) / alignment * alignment
    guard aligned <= bytes.count else { throw .malformed("it ends too early") }
    offset = aligned
  }

  /// The values of a whole signature.
  mutating func values(_ signature: Substring) throws(DBusError) -> [DBusValue] {
    var values: [DBusValue] = []
    for type in try DBusSignature.all(signature) { values.append(try value(type)) }
    return values
  }

  mutating func value(_ type: Substring) throws(DBusError) -> DBusValue {
    guard let code = type.utf8.first, let alignment = DBusSignature.alignment(of: code) else {
      throw .malformed("signature \(type)")
    }
    // The specification allows 32 levels of each kind.
    depth += 1
    defer { depth -= 1 }
    guard depth <= 64 else { throw .malformed("nested too deep") }
    try align(to: alignment)
    switch code {
    case UInt8(ascii: "y"): return .byte(try integer())
    case UInt8(ascii: "b"): return .boolean(try integer(UInt32.self) != 0)
    case UInt8(ascii: "n"): return .int16(try integer())
    case UInt8(ascii: "q"): return .uint16(try integer())
    case UInt8(ascii: "i"): return .int32(try integer())
    case UInt8(ascii: "u"), UInt8(ascii: "h"): return .uint32(try integer())
    case UInt8(ascii: "x"): return .int64(try integer())
    case UInt8(ascii: "t"): return .uint64(try integer())
    case UInt8(ascii: "d"): return .double(Double(bitPattern: try integer()))
    case UInt8(ascii: "s"): return .string(try text(length: Int(integer(UInt32.self))))
    case UInt8(ascii: "o"): return .objectPath(try text(length: Int(integer(UInt32.self))))
    case UInt8(ascii: "g"): return .signature(try text(length: Int(integer(UInt8.self))))
    case UInt8(ascii: "a"): return try array(of: type.dropFirst())
    case UInt8(ascii: "("): return .structure(try values(type.dropFirst().dropLast()))
    case UInt8(ascii: "{"):
      let pair = try values(type.dropFirst().dropLast())
      guard pair.count == 2 else { throw .malformed("signature \(type)") }
      return .entry(key: pair[0], value: pair[1])
    default:
      let inner = try text(length: Int(integer(UInt8.self)))
      let types = try DBusSignature.all(inner[...])
      guard types.count == 1 else { throw .malformed("variant of \(inner)") }
      return .variant(try value(types[0]))
    }
  }

  mutating func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type = Integer.self
  ) throws(DBusError) -> Integer {
    let size = Integer.bitWidth / 8
    guard bytes.count - offset >= size else { throw .malformed("it ends too early") }
    var value = Integer.zero
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes[offset..<offset + size]) }
    offset += size
    return isLittleEndian ? Integer(littleEndian: value) : Integer(bigEndian: value)
  }

  private mutating func text(length: Int) throws(DBusError) -> String {
    guard length < bytes.count - offset, bytes[offset + length] == 0 else {
      throw .malformed("a text without its end")
    }
    defer { offset += length + 1 }
    return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
  }

  private mutating func array(of element: Substring) throws(DBusError) -> DBusValue {
    let length = Int(try integer(UInt32.self))
    try align(to: DBusSignature.alignment(of: element.utf8.first) ?? 1)
    guard length <= bytes.count - offset else { throw .malformed("an array beyond the end") }
    let end = offset + length
    var values: [DBusValue] = []
    while offset < end { values.append(try value(element)) }
    guard offset == end else { throw .malformed("an array beyond its length") }
    return .array(of: String(element), values)
  }
}
