/// The `Encoder` that a value writes itself to; it ends up in `value`.
final class ValueEncoder: Encoder, SingleValueEncodingContainer {
  private(set) var value: WrittenValue?
  /// Told when the value is there, where the encoder outlives its caller (`superEncoder`).
  private let whenSet: ((WrittenValue) -> Void)?

  init(whenSet: ((WrittenValue) -> Void)? = nil) { self.whenSet = whenSet }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private func set(_ value: WrittenValue) {
    self.value = value
    whenSet?(value)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .object(let object) = value {
      return KeyedEncodingContainer(ObjectEncoder(object: object))
    }
    let object = WrittenObject()
    set(.object(object))
    return KeyedEncodingContainer(ObjectEncoder(object: object))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .array(let array) = value { return ArrayEncoder(array: array) }
    let array = WrittenArray()
    set(.array(array))
    return ArrayEncoder(array: array)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() throws { set(.literal("null")) }
  func encode(_ value: Bool) throws { set(.literal(value ? "true" : "false")) }
  func encode(_ value: String) throws { set(.string(value)) }
  func encode(_ value: Double) throws { set(try WrittenValue(value)) }
  func encode(_ value: Float) throws { set(try WrittenValue(Double(value))) }
  func encode(_ value: Int) throws { set(.literal("\(value)")) }
  func encode(_ value: Int8) throws { set(.literal("\(value)")) }
  func encode(_ value: Int16) throws { set(.literal("\(value)")) }
  func encode(_ value: Int32) throws { set(.literal("\(value)")) }
  func encode(_ value: Int64) throws { set(.literal("\(value)")) }
  func encode(_ value: UInt) throws { set(.literal("\(value)")) }
  func encode(_ value: UInt8) throws { set(.literal("\(value)")) }
  func encode(_ value: UInt16) throws { set(.literal("\(value)")) }
  func encode(_ value: UInt32) throws { set(.literal("\(value)")) }
  func encode(_ value: UInt64) throws { set(.literal("\(value)")) }
  func encode(_ value: some Encodable) throws { set(try WrittenValue(of: value)) }
}

private struct ObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let object: WrittenObject

  var codingPath: [any CodingKey] { [] }

  private func set(_ key: Key, _ value: WrittenValue) {
    object.members.append((key.stringValue, value))
  }

  func encodeNil(forKey key: Key) throws { set(key, .literal("null")) }
  func encode(_ value: Bool, forKey key: Key) throws {
    set(key, .literal(value ? "true" : "false"))
  }
  func encode(_ value: String, forKey key: Key) throws { set(key, .string(value)) }
  func encode(_ value: Double, forKey key: Key) throws { set(key, try WrittenValue(value)) }
  func encode(_ value: Float, forKey key: Key) throws { set(key, try WrittenValue(Double(value))) }
  func encode(_ value: Int, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: Int8, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: Int16, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: Int32, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: Int64, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: UInt, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: UInt8, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: UInt16, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: UInt32, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: UInt64, forKey key: Key) throws { set(key, .literal("\(value)")) }
  func encode(_ value: some Encodable, forKey key: Key) throws {
    set(key, try WrittenValue(of: value))
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    let nested = WrittenObject()
    set(key, .object(nested))
    return KeyedEncodingContainer(ObjectEncoder<Nested>(object: nested))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    let nested = WrittenArray()
    set(key, .array(nested))
    return ArrayEncoder(array: nested)
  }

  func superEncoder() -> any Encoder {
    ValueEncoder { [object] in object.members.append(("super", $0)) }
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    ValueEncoder { [object] in object.members.append((key.stringValue, $0)) }
  }
}

private struct ArrayEncoder: UnkeyedEncodingContainer {
  let array: WrittenArray

  var codingPath: [any CodingKey] { [] }
  var count: Int { array.elements.count }

  private func add(_ value: WrittenValue) { array.elements.append(value) }

  func encodeNil() throws { add(.literal("null")) }
  func encode(_ value: Bool) throws { add(.literal(value ? "true" : "false")) }
  func encode(_ value: String) throws { add(.string(value)) }
  func encode(_ value: Double) throws { add(try WrittenValue(value)) }
  func encode(_ value: Float) throws { add(try WrittenValue(Double(value))) }
  func encode(_ value: Int) throws { add(.literal("\(value)")) }
  func encode(_ value: Int8) throws { add(.literal("\(value)")) }
  func encode(_ value: Int16) throws { add(.literal("\(value)")) }
  func encode(_ value: Int32) throws { add(.literal("\(value)")) }
  func encode(_ value: Int64) throws { add(.literal("\(value)")) }
  func encode(_ value: UInt) throws { add(.literal("\(value)")) }
  func encode(_ value: UInt8) throws { add(.literal("\(value)")) }
  func encode(_ value: UInt16) throws { add(.literal("\(value)")) }
  func encode(_ value: UInt32) throws { add(.literal("\(value)")) }
  func encode(_ value: UInt64) throws { add(.literal("\(value)")) }
  func encode(_ value: some Encodable) throws { add(try WrittenValue(of: value)) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    let nested = WrittenObject()
    add(.object(nested))
    return KeyedEncodingContainer(ObjectEncoder<Nested>(object: nested))
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let nested = WrittenArray()
    add(.array(nested))
    return ArrayEncoder(array: nested)
  }

  func superEncoder() -> any Encoder {
    let index = array.elements.count
    add(.literal("null"))
    return ValueEncoder { [array] in array.elements[index] = $0 }
  }
}
