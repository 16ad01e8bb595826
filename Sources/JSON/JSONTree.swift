/// Any JSON value, for what has no type of its own: members that a document carries along, and
/// documents that are only looked through.
///
/// Numbers stay the text that they were; members of objects keep their order.
public enum JSONTree: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number, as the text has it.
  case number(String)
  case string(String)
  case array([JSONTree])
  case object([Member])

  /// A member of an object.
  public struct Member: Equatable, Sendable {
    public var name: String
    public var value: JSONTree

    public init(_ name: String, _ value: JSONTree) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a member; nil where this is no object or has no such member.
  public subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The string that this is.
  public var string: String? {
    if case .string(let string) = self { return string }
    return nil
  }

  /// The integer that this is.
  public var integer: Int? {
    if case .number(let text) = self { return Int(text) }
    return nil
  }

  /// The elements of the array that this is.
  public var elements: [JSONTree]? {
    if case .array(let elements) = self { return elements }
    return nil
  }
}

extension JSONTree: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    switch node.kind {
    case .null: self = .null
    case .false: self = .bool(false)
    case .true: self = .bool(true)
    case .number: self = .number(node.document.string(node.index))
    case .plainString, .string: self = .string(try node.string())
    case .array: self = .array(try [JSONTree](from: node))
    case .object:
      var members: [Member] = []
      members.reserveCapacity(try node.memberCount())
      var name = node.firstChild
      while let current = name {
        let value = current.next
        members.append(Member(try current.string(), try JSONTree(from: value)))
        name = node.child(after: value)
      }
      self = .object(members)
    }
  }

  public func write(to output: JSONOutput) throws(JSONError) {
    switch self {
    case .null: output.literal("null")
    case .bool(let value): value.write(to: output)
    case .number(let text): output.literal(text)
    case .string(let string): output.string(string)
    case .array(let elements): try elements.write(to: output)
    case .object(let members):
      try output.object { (object) throws(JSONError) in
        for member in members { try object.member(member.name, member.value) }
      }
    }
  }
}
