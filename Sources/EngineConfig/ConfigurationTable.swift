import TOML

/// The properties that one table sets.
protocol ConfigurationSection {
  mutating func read(_ table: inout ConfigurationTable) throws(ConfigurationError)
}

/// A table of one file that is being read into properties: a key that is not there leaves its
/// property as it is, and one of the wrong kind is an error that names it.
struct ConfigurationTable {
  let name: String
  let table: TOMLTable
  let path: String
  /// How far each array of strings has come over the files before.
  var merges: [String: StringArrayMerge]
  /// The keys that were asked for, there or not.
  private let asked = AskedKeys()

  private final class AskedKeys { var names: Set<String> = [] }

  init(
    name: String, table: TOMLTable, path: String, merges: [String: StringArrayMerge]
  ) {
    self.name = name
    self.table = table
    self.path = path
    self.merges = merges
  }

  /// The keys that nobody has asked for: none that we know.
  var unknownKeys: [String] { table.keys.filter { !asked.names.contains($0) }.sorted() }

  /// Knows keys that have no meaning here.
  func pass(_ keys: [String]) { asked.names.formUnion(keys) }

  private func value(_ key: String) -> TOMLValue? {
    asked.names.insert(key)
    return table[key]
  }

  private func failure(_ key: String, _ expected: String) -> ConfigurationError {
    .field(path: path, name: "\(name).\(key)", expected: expected)
  }

  func read(_ key: String, _ property: inout String) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .string(let text) = value else { throw failure(key, "a string") }
    property = text
  }

  /// An empty string is no value.
  func read(_ key: String, _ property: inout String?) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .string(let text) = value else { throw failure(key, "a string") }
    property = text.isEmpty ? nil : text
  }

  func read(_ key: String, _ property: inout Bool) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .boolean(let flag) = value else { throw failure(key, "true or false") }
    property = flag
  }

  func read(_ key: String, _ property: inout Bool?) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .boolean(let flag) = value else { throw failure(key, "true or false") }
    property = flag
  }

  func read<Number: FixedWidthInteger>(
    _ key: String, _ property: inout Number
  ) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .integer(let integer) = value, let number = Number(exactly: integer) else {
      throw failure(key, "an integer from \(Number.min) to \(Number.max)")
    }
    property = number
  }

  func read<Number: FixedWidthInteger>(
    _ key: String, _ property: inout Number?
  ) throws(ConfigurationError) {
    guard value(key) != nil else { return }
    var number: Number = 0
    try read(key, &number)
    property = number
  }

  mutating func read(_ key: String, _ property: inout [String]) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    var merge = merges["\(name).\(key)"] ?? StringArrayMerge(property)
    guard merge.take(value) else {
      throw failure(key, "an array of strings, the last of them perhaps {append=true}")
    }
    merges["\(name).\(key)"] = merge
    property = merge.strings
  }

  /// A table of strings, which adds to what files before said.
  func read(_ key: String, _ property: inout [String: String]) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .table(let entries) = value else { throw failure(key, "a table of strings") }
    for (entry, value) in entries {
      guard case .string(let text) = value else {
        throw failure("\(key).\(entry)", "a string")
      }
      property[entry] = text
    }
  }

  /// A table of arrays of strings, which adds to what files before said.
  func read(_ key: String, _ property: inout [String: [String]]) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .table(let entries) = value else { throw failure(key, "a table of arrays") }
    for (entry, value) in entries {
      var merge = StringArrayMerge([])
      guard merge.take(value) else { throw failure("\(key).\(entry)", "an array of strings") }
      property[entry] = merge.strings
    }
  }

  /// An array of tables of strings and integers.
  func read(
    _ key: String, _ property: inout [[String: String]]
  ) throws(ConfigurationError) {
    guard let value = value(key) else { return }
    guard case .array(let entries) = value else { throw failure(key, "an array of tables") }
    property = []
    for entry in entries {
      guard case .table(let fields) = entry else { throw failure(key, "an array of tables") }
      var texts: [String: String] = [:]
      for (field, value) in fields {
        switch value {
        case .string(let text): texts[field] = text
        case .integer(let number): texts[field] = String(number)
        default: throw failure("\(key).\(field)", "a string or an integer")
        }
      }
      property.append(texts)
    }
  }
}

/// An array of strings over several files: a later one replaces it, or, from a file on that says
/// `{append=true}` among its entries, adds to it.
struct StringArrayMerge {
  private(set) var strings: [String]
  private var appends = false

  init(_ strings: [String]) { self.strings = strings }

  /// Takes what one file says; false where that is no array of strings.
  mutating func take(_ value: TOMLValue) -> Bool {
    guard case .array(let entries) = value else { return false }
    var own: [String] = []
    for entry in entries {
      switch entry {
      case .string(let string): own.append(string)
      case .table(let attribute):
        guard attribute.count == 1, case .boolean(let append) = attribute["append"] else {
          return false
        }
        appends = append
      default: return false
      }
    }
    strings = appends ? strings + own : own
    return true
  }
}
