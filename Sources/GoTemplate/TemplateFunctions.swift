/// The functions that templates can call: those of Go's text/template, and those that podman adds.
enum TemplateFunctions {
  /// All their names.
  static let names: Set<String> = [
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js",
    "urlquery", "eq", "ne", "lt", "le", "gt", "ge",
    "json", "join", "split", "lower", "upper", "title", "pad", "truncate",
  ]

  /// What a function gives; nil and a reason when it cannot.
  struct Refusal: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// Calls a function. (`and` and `or` are the evaluator's: they leave arguments unevaluated.)
  static func call(_ name: String, _ arguments: [GoValue]) throws(Refusal) -> GoValue {
    switch name {
    case "not": return .bool(!(try one(name, arguments)).isTrue)
    case "len": return try length(try one(name, arguments))
    case "index": return try index(arguments)
    case "slice": return try slice(arguments)
    case "print": return .string(print(arguments))
    case "println":
      return .string(arguments.map { $0.formatted(plus: false) }.joined(separator: " ") + "\n")
    case "printf":
      guard case .string(let format)? = arguments.first else {
        throw Refusal("wrong number of args for printf: want at least 1 got 0")
      }
      return .string(Printf.format(format, Array(arguments.dropFirst())))
    case "html": return .string(escaped(print(arguments), htmlEscapes))
    case "js": return .string(escapedForScript(print(arguments)))
    case "urlquery": return .string(escapedForQuery(print(arguments)))
    case "eq": return .bool(try equal(arguments))
    case "ne":
      let (left, right) = try two(name, arguments)
      return .bool(!(try equal([left, right])))
    case "lt", "le", "gt", "ge":
      let (left, right) = try two(name, arguments)
      return .bool(try compare(name, left, right))
    default: return try callOfPodman(name, arguments)
    }
  }

  private static func callOfPodman(
    _ name: String, _ arguments: [GoValue]
  ) throws(Refusal) -> GoValue {
    switch name {
    case "json": return .string((try one(name, arguments)).json)
    case "lower": return .string(try text(name, try one(name, arguments)).lowercased())
    case "upper": return .string(try text(name, try one(name, arguments)).uppercased())
    case "title": return .string(titled(try text(name, try one(name, arguments))))
    case "join":
      let (values, separator) = try two(name, arguments)
      let list: [GoValue]
      switch values {
      case .list(let elements): list = elements
      case .nilList, .null, .missing: list = []
      default: throw Refusal("wrong type for value; expected []string; got \(values.typeName)")
      }
      return .string(
        list.map { $0.formatted(plus: false) }.joined(separator: try text(name, separator)))
    case "split":
      let (string, separator) = try two(name, arguments)
      return .list(
        parts(try text(name, string), separator: try text(name, separator)).map { .string($0) })
    case "truncate":
      let (string, count) = try two(name, arguments)
      guard let length = integer(count) else { throw Refusal("wrong type for value; expected int") }
      return .string(String(try text(name, string).prefix(max(0, length))))
    case "pad":
      guard arguments.count == 3, let before = integer(arguments[1]),
        let after = integer(arguments[2]), before >= 0, after >= 0, before <= 1000, after <= 1000
      else { throw Refusal("pad takes a text and two small numbers") }
      let string = try text(name, arguments[0])
      return .string(
        string.isEmpty
          ? ""
          : String(repeating: " ", count: before) + string + String(repeating: " ", count: after))
    default: throw Refusal("function \"\(name)\" not defined")
    }
  }

  // MARK: Arguments

  private static func one(_ name: String, _ arguments: [GoValue]) throws(Refusal) -> GoValue {
    guard let first = arguments.first, arguments.count == 1 else {
      throw Refusal("wrong number of args for \(name): want 1 got \(arguments.count)")
    }
    return first
  }

  private static func two(
    _ name: String, _ arguments: [GoValue]
  ) throws(Refusal) -> (GoValue, GoValue) {
    guard arguments.count == 2 else {
      throw Refusal("wrong number of args for \(name): want 2 got \(arguments.count)")
    }
    return (arguments[0], arguments[1])
  }

  private static func text(_ name: String, _ value: GoValue) throws(Refusal) -> String {
    switch value {
    case .string(let text): return text
    case .missing: return ""
    default: throw Refusal("wrong type for value; expected string; got \(value.typeName)")
    }
  }

  static func integer(_ value: GoValue) -> Int? {
    switch value {
    case .int(let number): Int(exactly: number)
    case .uint(let number): Int(exactly: number)
    default: nil
    }
  }

  // MARK: Collections

  private static func length(_ value: GoValue) throws(Refusal) -> GoValue {
    switch value {
    case .string(let text): return .int(Int64(text.utf8.count))
    case .list(let values): return .int(Int64(values.count))
    case .map(let values): return .int(Int64(values.count))
    case .nilList, .nilMap: return .int(0)
    case .missing, .null: throw Refusal("len of nil pointer")
    default: throw Refusal("len of type \(value.typeName)")
    }
  }

  private static func index(_ arguments: [GoValue]) throws(Refusal) -> GoValue {
    guard var value = arguments.first else {
      throw Refusal("wrong number of args for index: want at least 1 got 0")
    }
    for key in arguments.dropFirst() {
      switch value {
      case .list(let elements):
        guard let position = integer(key) else {
          throw Refusal("cannot index slice/array with type \(key.typeName)")
        }
        guard elements.indices.contains(position) else {
          throw Refusal("error calling index: index out of range: \(position)")
        }
        value = elements[position]
      case .nilList:
        throw Refusal("error calling index: index out of range: \(key.formatted(plus: false))")
      case .map(let members):
        guard case .string(let name) = key else {
          throw Refusal("value has type \(key.typeName); should be string")
        }
        // The zero value of the map's elements.
        if case .string? = members.values.first {
          value = members[name] ?? ""
        } else {
          value = members[name] ?? .missing
        }
      case .nilMap: value = .missing
      case .string(let text):
        guard let position = integer(key), position >= 0, position < text.utf8.count else {
          throw Refusal("error calling index: index out of range")
        }
        value = .uint(UInt64(Array(text.utf8)[position]))
      case .missing, .null: throw Refusal("error calling index: index of untyped nil")
      default: throw Refusal("error calling index: can't index item of type \(value.typeName)")
      }
    }
    return value
  }

  private static func slice(_ arguments: [GoValue]) throws(Refusal) -> GoValue {
    guard let value = arguments.first, arguments.count <= 4 else {
      throw Refusal("wrong number of args for slice")
    }
    var bounds: [Int] = []
    for argument in arguments.dropFirst() {
      guard let bound = integer(argument) else {
        throw Refusal("cannot index slice/array with type \(argument.typeName)")
      }
      bounds.append(bound)
    }
    func range(_ count: Int) throws(Refusal) -> Range<Int> {
      let low = bounds.first ?? 0
      let high = bounds.count > 1 ? bounds[1] : count
      guard low >= 0, high <= count, low <= high else {
        throw Refusal("error calling slice: index out of range: \(low > count ? low : high)")
      }
      return low..<high
    }
    switch value {
    case .string(let text):
      let bytes = Array(text.utf8)
      return .string(String(decoding: bytes[try range(bytes.count)], as: UTF8.self))
    case .list(let elements): return .list(Array(elements[try range(elements.count)]))
    case .nilList:
      _ = try range(0)
      return .nilList
    default: throw Refusal("error calling slice: can't slice item of type \(value.typeName)")
    }
  }

  // MARK: Comparison

  private static func equal(_ arguments: [GoValue]) throws(Refusal) -> Bool {
    guard let first = arguments.first, arguments.count > 1 else {
      throw Refusal("error calling eq: missing argument for comparison")
    }
    for other in arguments.dropFirst() where try isEqual(first, other) { return true }
    return false
  }

  private static func isEqual(_ left: GoValue, _ right: GoValue) throws(Refusal) -> Bool {
    switch (left, right) {
    case (.bool(let a), .bool(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.float(let a), .float(let b)): return a == b
    case (.missing, _), (.null, _), (_, .missing), (_, .null): return isNil(left) && isNil(right)
    case (.time(let a, let b), .time(let c, let d)): return a == c && b == d
    default:
      guard let a = number(left), let b = number(right) else {
        throw Refusal("error calling eq: incompatible types for comparison")
      }
      return a == b
    }
  }

  private static func isNil(_ value: GoValue) -> Bool {
    switch value {
    case .missing, .null, .nilList, .nilMap: true
    default: false
    }
  }

  private static func number(_ value: GoValue) -> Int128? {
    switch value {
    case .int(let number), .duration(let number): Int128(number)
    case .uint(let number): Int128(number)
    default: nil
    }
  }

  private static func compare(
    _ name: String, _ left: GoValue, _ right: GoValue
  ) throws(Refusal) -> Bool {
    let isLess: Bool
    let isSame: Bool
    switch (left, right) {
    case (.string(let a), .string(let b)):
      isLess = a.utf8.lexicographicallyPrecedes(b.utf8)
      isSame = a == b
    case (.float(let a), .float(let b)):
      isLess = a < b
      isSame = a == b
    default:
      guard let a = number(left), let b = number(right) else {
        throw Refusal("error calling \(name): incompatible types for comparison")
      }
      isLess = a < b
      isSame = a == b
    }
    switch name {
    case "lt": return isLess
    case "le": return isLess || isSame
    case "gt": return !isLess && !isSame
    default: return !isLess
    }
  }

  // MARK: Text

  /// `fmt.Sprint`: a space between two operands of which neither is a string.
  private static func print(_ arguments: [GoValue]) -> String {
    var text = ""
    var wasString = true
    for argument in arguments {
      var isString = false
      if case .string = argument { isString = true }
      if !text.isEmpty, !wasString, !isString { text += " " }
      text += argument.formatted(plus: false)
      wasString = isString
    }
    return text
  }

  /// The first letter of each word in upper case.
  private static func titled(_ text: String) -> String {
    var isStart = true
    return text.map { letter in
      defer { isStart = !(letter.isLetter || letter.isNumber || letter == "_" || letter == "'") }
      return isStart ? letter.uppercased() : String(letter)
    }.joined()
  }

  private static func parts(_ text: String, separator: String) -> [String] {
    guard !separator.isEmpty else { return text.map { String($0) } }
    var parts: [String] = []
    let bytes = Array(text.utf8)
    let mark = Array(separator.utf8)
    var start = 0
    var position = 0
    while position + mark.count <= bytes.count {
      if bytes[position..<(position + mark.count)].elementsEqual(mark) {
        parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
        position += mark.count
        start = position
      } else {
        position += 1
      }
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private static let htmlEscapes: [Unicode.Scalar: String] = [
    "<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&#34;", "'": "&#39;", "\0": "\u{fffd}",
  ]

  private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
  }

  private static func escapedForScript(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": return "\\\\"
      case "'": return "\\'"
      case "\"": return "\\\""
      case "<", ">", "&", "=", "\0"..<" ":
        let digits = String(scalar.value, radix: 16).uppercased()
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: return String(scalar)
      }
    }.joined()
  }

  private static func escapedForQuery(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        return String(decoding: [byte], as: UTF8.self)
      case 32: return "+"
      default:
        return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16).uppercased()
      }
    }.joined()
  }
}
