/// An object as `Codable` wants it.
///
/// A class, so that it can remember where it found the last name: documents have their names mostly
/// in the order in which the types ask for them, and then each is found at once.
final class ObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let object: NodeDecoder
  private let end: Int
  private var last: Int

  init(_ object: NodeDecoder) {
    self.object = object
    end = Int(object.document.nodes[object.node].end)
    last = object.node + 1
  }

  var codingPath: [any CodingKey] { [] }

  var allKeys: [Key] {
    var keys: [Key] = []
    var name = object.node + 1
    while name < end {
      if let key = Key(stringValue: object.document.string(name)) { keys.append(key) }
      name = Int(object.document.nodes[name + 1].end)
    }
    return keys
  }

  /// The node of a member's value: searched from where the last one was, round to there again.
  private func find(_ key: Key) -> Int? {
    if last >= end { return nil }  // empty
    var wanted = key.stringValue
    return wanted.withUTF8 { wanted in
      var name = last
      repeat {
        if object.document.string(name, is: wanted) {
          last = name
          return name + 1
        }
        name = Int(object.document.nodes[name + 1].end)
        if name >= end { name = object.node + 1 }
      } while name != last
      return nil
    }
  }

  private func member(_ key: Key) throws -> NodeDecoder {
    guard let node = find(key) else { throw missing(key) }
    return object.at(node)
  }

  private func missing(_ key: Key) -> JSONError {
    let path = object.document.field(object.node)
    return .missing(field: path + object.document.fieldSuffix(key.stringValue, after: path))
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try member(key).decode(type)
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try member(key).decode(type)
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try member(key).decode(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).decode(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).decode(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).decode(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).decode(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).decode(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).decode(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).decode(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try member(key).decode(type)
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try member(key).decode(type)
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try member(key).decode(type)
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try member(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    guard let key = Key(stringValue: "super") else { return object }
    return try member(key)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// An array as `Codable` wants it.
struct ArrayDecoder: UnkeyedDecodingContainer {
  private let array: NodeDecoder
  private let end: Int
  private var element: Int
  private(set) var currentIndex = 0

  init(_ array: NodeDecoder) {
    self.array = array
    element = array.node + 1
    end = Int(array.document.nodes[array.node].end)
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { Int(array.document.nodes[array.node].count) }
  var isAtEnd: Bool { element >= end }

  private func current() throws -> NodeDecoder {
    guard !isAtEnd else {
      throw JSONError.missing(field: array.document.field(array.node) + "[\(currentIndex)]")
    }
    return array.at(element)
  }

  private mutating func next() throws -> NodeDecoder {
    let decoder = try current()
    element = Int(array.document.nodes[element].end)
    currentIndex += 1
    return decoder
  }

  mutating func decodeNil() throws -> Bool {
    guard try current().decodeNil() else { return false }
    _ = try next()
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try next().decode(type) }
  mutating func decode(_ type: String.Type) throws -> String { try next().decode(type) }
  mutating func decode(_ type: Double.Type) throws -> Double { try next().decode(type) }
  mutating func decode(_ type: Float.Type) throws -> Float { try next().decode(type) }
  mutating func decode(_ type: Int.Type) throws -> Int { try next().decode(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().decode(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().decode(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().decode(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().decode(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next().decode(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().decode(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().decode(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().decode(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().decode(type) }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().decode(type)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try next() }
}
