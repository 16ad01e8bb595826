/// Puts values into the bytes of a message, little end first (D-Bus specification, "Marshaling").
struct DBusWriter {
  private(set) var bytes: [UInt8] = []

  mutating func align(to alignment: Int) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }

  mutating func write(_ value: DBusValue) {
    align(to: DBusSignature.alignment(of: value.signature.utf8.first) ?? 1)
    switch value {
    case .byte(let value): bytes.append(value)
    case .boolean(let value): integer(UInt32(value ? 1 : 0))
    case .int16(let value): integer(value)
    case .uint16(let value): integer(value)
    case .int32(let value): integer(value)
    case .uint32(let value): integer(value)
    case .int64(let value): integer(value)
    case .uint64(let value): integer(value)
    case .double(let value): integer(value.bitPattern)
    case .string(let value), .objectPath(let value):
      integer(UInt32(truncatingIfNeeded: value.utf8.count))
      bytes.append(contentsOf: value.utf8)
      bytes.append(0)
    case .signature(let value): signature(value)
    case .array(let element, let values): array(element, values)
    case .structure(let fields): for field in fields { write(field) }
    case .entry(let key, let value):
      write(key)
      write(value)
    case .variant(let value):
      signature(value.signature)
      write(value)
    }
  }

  private mutating func integer(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func signature(_ value: String) {
    bytes.append(UInt8(truncatingIfNeeded: value.utf8.count))
    bytes.append(contentsOf: value.utf8)
    bytes.append(0)
  }

  /// The length counts from the first element, behind the padding.
  private mutating func array(_ element: String, _ values: [DBusValue]) {
    let place = bytes.count
    integer(UInt32(0))
    align(to: DBusSignature.alignment(of: element.utf8.first) ?? 1)
    let start = bytes.count
    for value in values { write(value) }
    let length = UInt32(truncatingIfNeeded: bytes.count - start)
    for (offset, byte) in withUnsafeBytes(of: length.littleEndian, Array.init).enumerated() {
      bytes[place + offset] = byte
    }
  }
}
