import TOML

/// The fields of one table of registries.conf, each read as what it has to be.
struct RegistriesFields {
  let table: TOMLTable
  let path: String
  /// The table's own name with a dot behind it, for errors; empty for the document.
  let name: String

  func string(_ key: String) throws(ConfigurationError) -> String? {
    switch table[key] {
    case nil: return nil
    case .string(let text): return text
    default: throw wrong(key, "a string")
    }
  }

  func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
    switch table[key] {
    case nil: return nil
    case .boolean(let value): return value
    default: throw wrong(key, "true or false")
    }
  }

  func strings(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let value = table[key] else { return nil }
    guard case .array(let entries) = value else { throw wrong(key, "an array of strings") }
    var strings: [String] = []
    for entry in entries {
      guard case .string(let text) = entry else { throw wrong(key, "an array of strings") }
      strings.append(text)
    }
    return strings
  }

  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ type: Word.Type
  ) throws(ConfigurationError) -> Word? {
    guard let text = try string(key), !text.isEmpty else { return nil }
    guard let word = Word(rawValue: text) else {
      throw wrong(key, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  func table(_ key: String) throws(ConfigurationError) -> RegistriesFields? {
    switch table[key] {
    case nil: return nil
    case .table(let table):
      return RegistriesFields(table: table, path: path, name: "\(name)\(key).")
    default: throw wrong(key, "a table")
    }
  }

  func tables(_ key: String) throws(ConfigurationError) -> [RegistriesFields] {
    guard let value = table[key] else { return [] }
    guard case .array(let entries) = value else { throw wrong(key, "an array of tables") }
    var tables: [RegistriesFields] = []
    for entry in entries {
      guard case .table(let table) = entry else { throw wrong(key, "an array of tables") }
      tables.append(RegistriesFields(table: table, path: path, name: "\(name)\(key)."))
    }
    return tables
  }

  private func wrong(_ key: String, _ expected: String) -> ConfigurationError {
    .field(path: path, name: name + key, expected: expected)
  }
}
