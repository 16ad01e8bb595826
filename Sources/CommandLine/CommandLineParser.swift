/// What a command line asks for.
public struct Invocation<Action: Sendable>: Sendable {
  /// The commands from the program down to the one that was called.
  public var path: [Command<Action>]
  /// The words that called them, the program's name first.
  public var words: [String]
  public var options: ParsedOptions
  public var arguments: [String]
  /// Whether only help was asked for.
  public var asksForHelp: Bool

  /// The command's words, as messages name it: `podman image tag`.
  public var commandPath: String {
    ([words.first ?? ""] + path.dropFirst().map(\.name)).joined(separator: " ")
  }
}

/// Finds the command of a command line and takes the options out of it, by pflag's grammar:
///
/// - `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`; letters combine (`-it`);
/// - a flag takes a value only behind `=`;
/// - `--` ends the options, as does the first argument of some commands;
/// - options and arguments may stand in any order elsewhere;
/// - global options may stand behind any command below theirs.
public struct CommandLineParser<Action: Sendable> {
  private let root: Command<Action>
  private let words: [String]
  /// The commands from the program down to where the parser got, for the message when it threw.
  public private(set) var path: [Command<Action>]
  /// The words that called the commands in `path`.
  private var calledBy: [String]
  /// The options that count for the last command in `path`.
  private var options: [Option]
  private var given: [(Option, String)] = []
  private var arguments: [String] = []
  private var asksForHelp = false

  /// - Parameters:
  ///   - root: the program.
  ///   - words: its name as it was called, and what follows.
  public init(_ root: Command<Action>, _ words: [String]) {
    self.root = root
    self.words = words
    path = [root]
    calledBy = [root.name]
    options = root.options()
  }

  /// The words of these commands.
  public var commandPath: String { path.map(\.name).joined(separator: " ") }
  /// The command that the parser got to.
  public var command: Command<Action> { path.last ?? root }

  public mutating func parse() throws(CommandLineError) -> Invocation<Action> {
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      if command.passesWordsThrough {
        arguments.append(word)
        arguments += rest
        break
      }
      if word == "--" {
        arguments += rest
        break
      }
      if word.hasPrefix("-"), word != "-" {
        try takeOptions(word, &rest)
        continue
      }
      if command.action == nil || path.count == 1 {
        try descend(to: word)
        continue
      }
      arguments.append(word)
      if command.stopsAtFirstArgument {
        arguments += rest
        break
      }
    }
    return try finish()
  }

  private func finish() throws(CommandLineError) -> Invocation<Action> {
    if !asksForHelp {
      if command.action == nil {
        if path.count > 1 || given.isEmpty || !asksForVersion {
          throw .missingCommand(parent: commandPath)
        }
      } else {
        try command.arguments.check(arguments.count, command: commandPath)
      }
    }
    var parsed = ParsedOptions(declared: options)
    for (option, value) in given { parsed.add(option, value) }
    return Invocation(
      path: path, words: calledBy, options: parsed, arguments: arguments, asksForHelp: asksForHelp)
  }

  /// The one option of the program that stands without a command.
  private var asksForVersion: Bool {
    given.contains { $0.0.name == "version" && parseBoolean($0.1) == true }
  }

  private mutating func descend(to word: String) throws(CommandLineError) {
    let children = command.children()
    guard let child = children.first(where: { $0.isCalled(word) }) else {
      throw .unknownCommand(
        word, parent: commandPath, suggestions: suggestions(for: word, among: children))
    }
    path.append(child)
    calledBy.append(word)
    // A command's own options hide global ones of the same letter.
    let own = child.options()
    let taken = Set(own.compactMap(\.letter))
    let inherited = options.filter(\.isGlobal).map { option in
      var option = option
      if let letter = option.letter, taken.contains(letter) { option.letter = nil }
      return option
    }
    options =
      own + inherited
      + given.map(\.0).filter { !$0.isGlobal }.map { option in
        // Given before the command: it counts, but may not stand here.
        var option = option
        option.letter = nil
        option.isOutOfReach = true
        return option
      }
  }

  private mutating func takeOptions(
    _ word: String, _ rest: inout ArraySlice<String>
  ) throws(CommandLineError) {
    if word.hasPrefix("--") {
      try takeLong(word, &rest)
    } else {
      try takeLetters(word, &rest)
    }
  }

  private mutating func takeLong(
    _ word: String, _ rest: inout ArraySlice<String>
  ) throws(CommandLineError) {
    let body = word.dropFirst(2)
    guard let first = body.first, first != "-", first != "=" else { throw .badSyntax(word) }
    let equals = body.firstIndex(of: "=")
    let name = String(body[..<(equals ?? body.endIndex)])
    let attached = equals.map { String(body[body.index(after: $0)...]) }
    guard let option = findOption(name) else {
      guard name == "help" else { throw .unknownOption(name) }
      asksForHelp = attached.flatMap(parseBoolean) ?? true
      return
    }
    if let attached { return try add(option, attached) }
    if let alone = valueAlone(option) { return try add(option, alone) }
    guard let value = rest.popFirst() else { throw .missingValue("--\(name)") }
    try add(option, value)
  }

  private mutating func takeLetters(
    _ word: String, _ rest: inout ArraySlice<String>
  ) throws(CommandLineError) {
    var letters = word.dropFirst()
    while let letter = letters.first {
      guard let option = options.first(where: { $0.letter == letter }) else {
        guard letter == "h" else { throw .unknownLetter(letter, word: String(letters)) }
        asksForHelp = true
        letters = letters.dropFirst()
        continue
      }
      let whole = String(letters)
      letters = letters.dropFirst()
      if letters.first == "=" { return try add(option, String(letters.dropFirst())) }
      if let alone = valueAlone(option) {
        try add(option, alone)
        continue
      }
      if !letters.isEmpty { return try add(option, String(letters)) }
      guard let value = rest.popFirst() else { throw .missingValue("'\(letter)' in -\(whole)") }
      return try add(option, value)
    }
  }

  private func findOption(_ name: String) -> Option? {
    options.first { ($0.name == name || $0.otherNames.contains(name)) && !$0.isOutOfReach }
  }

  /// What an option means with no value behind it; nil when it needs one.
  private func valueAlone(_ option: Option) -> String? {
    switch option.kind {
    case .flag: "true"
    case .optionalString(_, let implied): implied
    default: nil
    }
  }

  private mutating func add(_ option: Option, _ value: String) throws(CommandLineError) {
    if let reason = option.kind.complaint(about: value) {
      throw .invalidValue(value, option: option.spelling, reason: reason)
    }
    given.append((option, value))
  }
}

/// The commands that a mistyped word may have been meant to be: at most two letters away, or beginning
/// with it.
func suggestions<Action>(for word: String, among commands: [Command<Action>]) -> [String] {
  let lower = word.lowercased()
  return commands.filter { command in
    !command.isHidden
      && (distance(lower, command.name.lowercased()) <= 2
        || command.name.lowercased().hasPrefix(lower))
  }.map(\.name).sorted()
}

/// Levenshtein's distance: how many letters are to be put in, taken out or exchanged.
func distance(_ left: String, _ right: String) -> Int {
  let right = Array(right.utf8)
  var row = Array(0...right.count)
  for (i, a) in left.utf8.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
