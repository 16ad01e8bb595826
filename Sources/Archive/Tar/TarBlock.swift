/// The fields of a header block, which is 512 bytes long. See pax(1), "ustar Interchange Format", and
/// tar(5) for GNU's and star's.
struct TarBlock {
  static let size = 512

  /// Who wrote the block, by its magic.
  enum Dialect { case v7, ustar, star, gnu }

  let bytes: UnsafeRawBufferPointer

  /// - Parameter bytes: 512 of them.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == TarBlock.size else { return nil }
    self.bytes = bytes
  }

  var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

  var dialect: Dialect {
    if bytes[257..<265].elementsEqual(Array("ustar  \0".utf8)) { return .gnu }
    guard bytes[257..<263].elementsEqual(Array("ustar\0".utf8)) else { return .v7 }
    return bytes[508..<512].elementsEqual(Array("tar\0".utf8)) ? .star : .ustar
  }

  /// Whether the checksum is right, taken over unsigned bytes or, as some old programs did, signed ones.
  var isValid: Bool {
    guard let stored = number(148..<156) else { return false }
    var unsigned: Int64 = 0
    var signed: Int64 = 0
    for (index, byte) in bytes.enumerated() {
      let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
      unsigned += Int64(byte)
      signed += Int64(Int8(bitPattern: byte))
    }
    return stored == unsigned || stored == signed
  }

  var type: UInt8 { bytes[156] }

  /// The text of a field up to its first NUL.
  func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].prefix { $0 != 0 }) }

  /// A number in octal digits, or binary with the highest bit set (GNU); nil for what is neither. An
  /// empty field is zero.
  func number(_ range: Range<Int>) -> Int64? {
    let field = bytes[range]
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 { return TarBlock.binary(field) }
    let isBlank = { (byte: UInt8) in byte == 0 || byte == UInt8(ascii: " ") }
    let digits = field.drop(while: isBlank)
    var value: Int64 = 0
    var rest = digits[...]
    while let digit = rest.first, !isBlank(digit) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit), value < 1 << 59 else {
        return nil
      }
      value = value << 3 | Int64(digit - UInt8(ascii: "0"))
      rest = rest.dropFirst()
    }
    return rest.allSatisfy(isBlank) ? value : nil
  }

  /// Two's complement; the highest bit marks the form, the next one is the sign.
  private static func binary(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
    let isNegative = (field.first ?? 0) & 0x40 != 0
    var value: UInt64 = isNegative ? .max : 0
    for (index, byte) in field.enumerated() {
      var byte = byte
      if index == 0 { byte = isNegative ? byte | 0x80 : byte & 0x7f }
      let lost = value >> 56
      guard lost == (isNegative ? 0xff : 0) else { return nil }
      value = value << 8 | UInt64(byte)
    }
    let result = Int64(bitPattern: value)
    return (result < 0) == isNegative ? result : nil
  }

  /// The path of ustar: prefix, slash, name.
  var path: [UInt8] {
    let name = text(0..<100)
    let prefix: [UInt8]
    switch dialect {
    case .ustar: prefix = text(345..<500)
    case .star: prefix = text(345..<476)
    case .v7, .gnu: prefix = []
    }
    return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
  }
}
