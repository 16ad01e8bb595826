/// The members of an object that is being read or written.
public struct JSONMembers {
  private enum Direction {
    case reading(JSONNode)
    case writing(JSONOutput)
  }

  private let direction: Direction
  /// The name after the one that was found last: documents have their members mostly in the order
  /// in which types name them, and then each is found at once.
  private var cursor: JSONNode?
  /// Where the names stand that were found, in the list of nodes.
  private var found: [Int] = []

  init(reading object: JSONNode) throws(JSONError) {
    _ = try object.memberCount()
    direction = .reading(object)
    cursor = object.firstChild
  }

  init(writing output: JSONOutput) { direction = .writing(output) }

  /// A member that has to be there.
  public mutating func member<Value: JSONValue>(
    _ name: StaticString, _ property: inout Value
  ) throws(JSONError) {
    switch direction {
    case .reading(let object):
      guard let node = find(name, in: object) else {
        let path = object.field
        throw .missing(field: path + object.document.fieldSuffix("\(name)", after: path))
      }
      property = try Value(from: node)
    case .writing(let output):
      output.name(name)
      try property.write(to: output)
    }
  }

  /// A member that may be absent.
  public mutating func member<Value: JSONValue>(
    _ name: StaticString, _ property: inout Value?
  ) throws(JSONError) {
    switch direction {
    case .reading(let object):
      guard let node = find(name, in: object), !node.isAbsent else { return }
      property = try Value(from: node)
    case .writing(let output):
      guard let value = property else { return }
      output.name(name)
      try value.write(to: output)
    }
  }

  /// A member that stands for `standard` where it is absent, and is not written then.
  public mutating func member<Value: JSONValue & Equatable>(
    _ name: StaticString, _ property: inout Value, standard: Value
  ) throws(JSONError) {
    switch direction {
    case .reading(let object):
      guard let node = find(name, in: object), !node.isAbsent else {
        property = standard
        return
      }
      property = try Value(from: node)
    case .writing(let output):
      guard property != standard else { return }
      output.name(name)
      try property.write(to: output)
    }
  }

  /// The members that were not named before this call, so that a document that is read and written
  /// again keeps what its type does not know.
  public mutating func others(_ property: inout [JSONTree.Member]) throws(JSONError) {
    switch direction {
    case .reading(let object):
      var name = object.firstChild
      while let current = name {
        let value = current.next
        if !found.contains(current.index) {
          property.append(.init(try current.string(), try JSONTree(from: value)))
        }
        name = object.child(after: value)
      }
    case .writing(let output):
      for member in property {
        output.name(member.name)
        try member.value.write(to: output)
      }
    }
  }

  /// The value of a member, searched from the cursor and round to it.
  private mutating func find(_ name: StaticString, in object: JSONNode) -> JSONNode? {
    guard let start = cursor ?? object.firstChild else { return nil }
    let document = object.document
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    guard let index = document.member(wanted, of: object.index, from: start.index) else {
      return nil
    }
    found.append(index)
    let value = JSONNode(document: document, index: index + 1)
    cursor = object.child(after: value)
    return value
  }
}
