/// The options and arguments that were found on a command line.
struct ParsedOptions: Equatable {
  /// The values in their order, under the options' long names; checked against their kinds.
  private(set) var values: [(name: String, value: String)] = []
  /// What is no option.
  var arguments: [String] = []
  /// Whether help was asked for.
  var asksForHelp = false

  mutating func add(_ name: String, _ value: String) { values.append((name, value)) }

  static func == (left: Self, right: Self) -> Bool {
    left.arguments == right.arguments && left.asksForHelp == right.asksForHelp
      && left.values.elementsEqual(right.values) { $0 == $1 }
  }

  /// Whether an option was given, whatever its value.
  func has(_ name: String) -> Bool { values.contains { $0.name == name } }

  /// The last value given; nil when none was, or an empty one.
  func text(_ name: String) -> String? {
    guard let value = values.last(where: { $0.name == name })?.value, !value.isEmpty else {
      return nil
    }
    return value
  }

  /// All values given.
  func texts(_ name: String) -> [String] {
    values.filter { $0.name == name }.map(\.value)
  }

  /// Whether a flag was given and not as `=false`.
  func flag(_ name: String) -> Bool { text(name).flatMap(parseBoolean) ?? false }

  func integer(_ name: String) -> Int? { text(name).flatMap { parseInteger($0) } }

  func integers(_ name: String) -> [Int] { texts(name).compactMap { parseInteger($0) } }

  /// A length of time in nanoseconds.
  func duration(_ name: String) -> Int? { text(name).flatMap(parseDuration) }
}
