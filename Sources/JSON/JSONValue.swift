/// A type whose values can be written as JSON.
public protocol JSONWritable {
  /// Appends the value to a text; only a number that is not finite cannot be.
  func write(to output: JSONOutput) throws(JSONError)
}

/// A type whose values stand in JSON documents.
///
/// What `Codable` is elsewhere; JSONDocument.swift tells why not here.
public protocol JSONValue: JSONWritable {
  /// Reads a value; an error names the field.
  init(from node: JSONNode) throws(JSONError)
}

/// A type whose values are JSON objects with members of known names.
///
///     extension Root: JSONObject {
///       static var blank: Root { Root(path: "") }
///       mutating func members(_ object: inout JSONMembers) throws(JSONError) {
///         try object.member("path", &path)
///         try object.member("readonly", &readonly)
///       }
///     }
public protocol JSONObject: JSONValue {
  /// A value whose properties are about to be read; those that are not optional are set, or reading
  /// fails.
  static var blank: Self { get }
  /// Names every member with its property, in the order in which they are written. A member whose
  /// property is optional may be absent or null, and is not written when nil.
  mutating func members(_ object: inout JSONMembers) throws(JSONError)
}

extension JSONObject {
  public init(from node: JSONNode) throws(JSONError) {
    self = .blank
    var object = try JSONMembers(reading: node)
    try members(&object)
  }

  public func write(to output: JSONOutput) throws(JSONError) {
    output.open(UInt8(ascii: "{"))
    var object = JSONMembers(writing: output)
    var copy = self
    try copy.members(&object)
    output.close(UInt8(ascii: "}"))
  }
}

// MARK: The values of the standard library

extension Bool: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    switch node.kind {
    case .true: self = true
    case .false: self = false
    default: throw node.mismatch("true or false")
    }
  }

  public func write(to output: JSONOutput) { output.literal(self ? "true" : "false") }
}

extension String: JSONValue {
  public init(from node: JSONNode) throws(JSONError) { self = try node.string() }
  public func write(to output: JSONOutput) { output.string(self) }
}

extension Double: JSONValue {
  public init(from node: JSONNode) throws(JSONError) { self = try node.double() }
  public func write(to output: JSONOutput) throws(JSONError) { try output.number(self) }
}

extension JSONValue where Self: FixedWidthInteger {
  public init(from node: JSONNode) throws(JSONError) {
    let (isNegative, magnitude) = try node.integer(Self.self)
    let value = isNegative ? Self(exactly: 0 - Int128(magnitude)) : Self(exactly: magnitude)
    guard let value else { throw node.outOfRange(Self.self) }
    self = value
  }

  public func write(to output: JSONOutput) { output.literal(String(self)) }
}

extension Int: JSONValue {}
extension Int32: JSONValue {}
extension Int64: JSONValue {}
extension UInt: JSONValue {}
extension UInt8: JSONValue {}
extension UInt16: JSONValue {}
extension UInt32: JSONValue {}
extension UInt64: JSONValue {}

/// Enumerations of strings.
extension JSONValue where Self: RawRepresentable<String> & CaseIterable {
  public init(from node: JSONNode) throws(JSONError) {
    guard let value = Self(rawValue: try node.string()) else {
      throw node.unknownWord(of: Self.allCases.map(\.rawValue))
    }
    self = value
  }

  public func write(to output: JSONOutput) { output.string(rawValue) }
}

extension Array: JSONWritable where Element: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    output.open(UInt8(ascii: "["))
    for element in self {
      output.nextElement()
      try element.write(to: output)
    }
    output.close(UInt8(ascii: "]"))
  }
}

extension Array: JSONValue where Element: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    self = []
    reserveCapacity(try node.arrayCount())
    var element = node.firstChild
    while let current = element {
      append(try Element(from: current))
      element = node.child(after: current)
    }
  }
}

/// Members are written in the order of their names, so that equal dictionaries are equal texts.
extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    output.open(UInt8(ascii: "{"))
    for (name, value) in sorted(by: { $0.key < $1.key }) {
      output.name(name)
      try value.write(to: output)
    }
    output.close(UInt8(ascii: "}"))
  }
}

extension Dictionary: JSONValue where Key == String, Value: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    self = [:]
    reserveCapacity(try node.memberCount())
    var name = node.firstChild
    while let current = name {
      let value = current.next
      self[try current.string()] = try Value(from: value)
      name = node.child(after: value)
    }
  }
}
