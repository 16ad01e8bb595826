/// The options that were found on a command line, over those that there are.
///
/// Values were checked against their kinds when they were read. A name that no option has is a
/// mistake of the program, not of its user.
public struct ParsedOptions: Sendable {
  private let declared: [Option]
  /// The values in the order of the line, under the options' long names.
  private var values: [(name: String, value: String)] = []

  init(declared: [Option]) { self.declared = declared }

  mutating func add(_ option: Option, _ value: String) { values.append((option.name, value)) }

  /// All of the command's options, its own and those above it.
  public var all: [Option] { declared }

  private func option(_ name: String) -> Option? {
    let option = declared.first { $0.name == name }
    assert(option != nil, "no option \(name) is declared")
    return option
  }

  private func last(_ name: String) -> String? { values.last { $0.name == name }?.value }

  /// Whether an option was given, whatever its value.
  public func has(_ name: String) -> Bool { values.contains { $0.name == name } }

  /// Whether an option is among the command's at all.
  public func isDeclared(_ name: String) -> Bool { declared.contains { $0.name == name } }

  /// A flag's last value, or its default.
  public func flag(_ name: String) -> Bool {
    if let value = last(name) { return parseBoolean(value) ?? false }
    guard case .flag(let standard) = option(name)?.kind else { return false }
    return standard
  }

  /// A text's last value, or its default.
  public func string(_ name: String) -> String { given(name) ?? standardString(name) }

  /// A text's last value; nil when none was given.
  public func given(_ name: String) -> String? { last(name) }

  private func standardString(_ name: String) -> String {
    switch option(name)?.kind {
    case .string(let standard), .optionalString(let standard, _), .duration(let standard): standard
    case .integer(let standard): String(standard)
    case .unsigned(let standard): String(standard)
    default: ""
    }
  }

  /// An integer's last value, or its default.
  public func integer(_ name: String) -> Int64 {
    (parseInteger(string(name), Int64.self) ?? nil) ?? 0
  }

  /// The last value of an integer that is not negative, or its default.
  public func unsigned(_ name: String) -> UInt64 {
    (parseInteger(string(name), UInt64.self) ?? nil) ?? 0
  }

  public func float(_ name: String) -> Double { last(name).flatMap { Double($0) } ?? 0 }

  /// A length of time in nanoseconds.
  public func duration(_ name: String) -> Int64 { parseDuration(string(name)) ?? 0 }

  /// All values of a list or an array, or its default.
  public func list(_ name: String) -> [String] {
    let all = values.filter { $0.name == name }.map(\.value)
    switch option(name)?.kind {
    case .list(let standard):
      return all.isEmpty ? standard : all.flatMap { splitRecord($0) ?? [$0] }
    case .array(let standard): return all.isEmpty ? standard : all
    default: return all
    }
  }
}
