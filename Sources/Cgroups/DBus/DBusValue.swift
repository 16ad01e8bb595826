/// A value as D-Bus knows it (D-Bus specification, "Type system").
enum DBusValue: Equatable, Sendable {
  case byte(UInt8)
  case boolean(Bool)
  case int16(Int16)
  case uint16(UInt16)
  case int32(Int32)
  case uint32(UInt32)
  case int64(Int64)
  case uint64(UInt64)
  case double(Double)
  case string(String)
  case objectPath(String)
  case signature(String)
  /// The signature of its elements, which an empty array has, too.
  indirect case array(of: String, [DBusValue])
  indirect case structure([DBusValue])
  /// One pair of a dictionary, which is an array of these.
  indirect case entry(key: DBusValue, value: DBusValue)
  indirect case variant(DBusValue)

  /// The type, as one complete signature.
  var signature: String {
    switch self {
    case .byte: "y"
    case .boolean: "b"
    case .int16: "n"
    case .uint16: "q"
    case .int32: "i"
    case .uint32: "u"
    case .int64: "x"
    case .uint64: "t"
    case .double: "d"
    case .string: "s"
    case .objectPath: "o"
    case .signature: "g"
    case .array(let element, _): "a" + element
    case .structure(let fields): "(" + fields.map(\.signature).joined() + ")"
    case .entry(let key, let value): "{" + key.signature + value.signature + "}"
    case .variant: "v"
    }
  }

  static func strings(_ values: [String]) -> DBusValue {
    .array(of: "s", values.map(DBusValue.string))
  }

  static func bytes(_ values: [UInt8]) -> DBusValue { .array(of: "y", values.map(DBusValue.byte)) }
}

/// Splits signatures into complete types.
enum DBusSignature {
  /// The alignment of a type, by its first letter; nil for what is no type.
  static func alignment(of code: UInt8?) -> Int? {
    switch code {
    case UInt8(ascii: "y"), UInt8(ascii: "g"), UInt8(ascii: "v"): 1
    case UInt8(ascii: "n"), UInt8(ascii: "q"): 2
    case UInt8(ascii: "b"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "s"),
      UInt8(ascii: "o"), UInt8(ascii: "a"), UInt8(ascii: "h"):
      4
    case UInt8(ascii: "x"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "("),
      UInt8(ascii: "{"):
      8
    default: nil
    }
  }

  /// The first complete type of a signature and what follows it.
  static func first(_ signature: Substring) throws(DBusError) -> (Substring, Substring) {
    var depth = 0
    var index = signature.utf8.startIndex
    while index < signature.utf8.endIndex {
      let code = signature.utf8[index]
      index = signature.utf8.index(after: index)
      switch code {
      case UInt8(ascii: "("), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "a"): continue
      default: if alignment(of: code) == nil { throw .malformed("signature \(signature)") }
      }
      if depth < 0 { break }
      if depth == 0 { return (signature[..<index], signature[index...]) }
    }
    throw .malformed("signature \(signature)")
  }

  /// All complete types of a signature.
  static func all(_ signature: Substring) throws(DBusError) -> [Substring] {
    var types: [Substring] = []
    var rest = signature
    while !rest.isEmpty {
      let (type, following) = try first(rest)
      types.append(type)
      rest = following
    }
    return types
  }
}
