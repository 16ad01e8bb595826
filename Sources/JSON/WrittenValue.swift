/// A value on its way to be written: what `Codable` put into its containers.
enum WrittenValue {
  /// `null`, `true`, `false` or a number.
  case literal(String)
  case string(String)
  case array(WrittenArray)
  case object(WrittenObject)

  init(of value: some Encodable) throws {
    if let string = value as? String {
      self = .string(string)
      return
    }
    let encoder = ValueEncoder()
    try value.encode(to: encoder)
    // A type that asks for no container is an empty object.
    self = encoder.value ?? .object(WrittenObject())
    if case .object(let object) = self, value is any KeyedByString {
      object.members.sort { $0.name < $1.name }
    }
  }

  init(_ number: Double) throws {
    guard number.isFinite else { throw JSONError.notFinite }
    // "5.0" and "1e+20" are JSON as Swift writes them.
    self = .literal("\(number)")
  }
}

/// A dictionary, whose members come in no order.
private protocol KeyedByString {}
extension Dictionary: KeyedByString where Key == String {}

/// An array that is being filled.
final class WrittenArray {
  var elements: [WrittenValue] = []
}

/// An object that is being filled.
final class WrittenObject {
  var members: [(name: String, value: WrittenValue)] = []
}
