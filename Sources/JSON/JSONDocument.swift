// This module exists because FoundationEssentials' JSONDecoder costs a static program 3.3 MB of
// memory and 0.6 ms at every start (measured), more than the start of a container may cost.
// `Codable` over a reader of our own still cost 0.9 MB and 0.4 ms for the first config.json, because
// every type's containers and conformances are made at run time; `JSONValue` costs 0.5 MB and 0.15 ms.

/// A parsed text: the text itself and a flat list of what stands in it, in the order of the text.
///
/// Strings and numbers stay text until somebody asks for them. A container's content follows it
/// directly, an object's as key, value, key, value; `Node.end` leaps over it.
final class JSONDocument: Sendable {
  enum Kind: UInt8 {
    case null, `false`, `true`, number
    /// A string of ASCII without backslash sequences, and any other.
    case plainString, string
    case array, object
  }

  struct Node {
    var kind: Kind
    /// Where the text of it begins; for strings, behind the quotation mark.
    var start: UInt32
    /// Bytes of a string or number; elements of an array; members of an object.
    var count: UInt32
    /// The index of the node that follows it and all of its content.
    var end: UInt32
  }

  let text: [UInt8]
  let nodes: [Node]

  /// Whether an empty string stands for an absent member.
  let emptyStringIsAbsent: Bool

  /// Parses a text, which has to be one whole JSON value.
  init(parsing text: [UInt8], emptyStringIsAbsent: Bool) throws(JSONError) {
    self.emptyStringIsAbsent = emptyStringIsAbsent
    var parser = JSONParser(text)
    nodes = try parser.parse()
    self.text = text
  }

  /// The string that a node stands for. Its text was checked when it was parsed.
  func string(_ index: Int) -> String { Self.string(nodes[index], in: text) }

  static func string(_ node: Node, in text: [UInt8]) -> String {
    let bytes = text[Int(node.start)..<Int(node.start + node.count)]
    return node.kind == .string ? unescaped(bytes) : String(decoding: bytes, as: UTF8.self)
  }

  /// The name node of a member of an object, searched from one name to the end and round to it.
  func member(_ name: UnsafeBufferPointer<UInt8>, of object: Int, from start: Int) -> Int? {
    nodes.withUnsafeBufferPointer { nodes in
      text.withUnsafeBufferPointer { text in
        let end = Int(nodes[object].end)
        var index = start
        repeat {
          let node = nodes[index]
          if node.kind == .string {
            if string(index).utf8.elementsEqual(name) { return index }
          } else if Int(node.count) == name.count,
            text[Int(node.start)..<Int(node.start) + name.count].elementsEqual(name)
          {
            return index
          }
          index = Int(nodes[index + 1].end)
          if index >= end { index = object + 1 }
        } while index != start
        return nil
      }
    }
  }

  /// What kind of thing a node is, for error messages.
  func noun(_ index: Int) -> String {
    switch nodes[index].kind {
    case .null: "null"
    case .false, .true: "a boolean"
    case .number: "a number"
    case .plainString, .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The name of the field that a node is: `mounts[3].destination`; empty for the whole document.
  func field(_ target: Int) -> String {
    var path = ""
    var node = 0
    while node < target {
      var child = node + 1
      var position = 0
      let isObject = nodes[node].kind == .object
      // The child that the target stands in: the first one that does not end before it.
      while true {
        let value = isObject ? child + 1 : child
        let end = Int(nodes[value].end)
        if target < end {
          path += isObject ? fieldSuffix(string(child), after: path) : "[\(position)]"
          node = value
          break
        }
        child = end
        position += 1
      }
    }
    return path
  }

  /// How a member is appended to a field's name: `.uid`, or `["a b"]` when it is no plain word.
  func fieldSuffix(_ key: String, after path: String) -> String {
    let isWord =
      !key.isEmpty
      && key.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    return isWord ? (path.isEmpty ? key : "." + key) : "[" + quoted(key) + "]"
  }
}

/// A string in quotation marks, on one line and of at most some 60 characters: for messages.
public func quoted(_ string: String) -> String {
  var bytes: [UInt8] = []
  appendQuoted(string.count > 60 ? string.prefix(57) + "..." : string, to: &bytes)
  return String(decoding: bytes, as: UTF8.self)
}
