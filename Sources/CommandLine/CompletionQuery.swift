/// What could stand at the end of a command line that is being typed.
public enum CompletionAnswer: Equatable, Sendable {
  /// Words, each with what it means.
  case words([(word: String, meaning: String)])
  /// What an option's value or an argument can be, beginning so.
  case values(Completion, prefix: String)

  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.words(let a), .words(let b)): a.elementsEqual(b) { $0 == $1 }
    case (.values(let a, let b), .values(let c, let d)): a == c && b == d
    default: false
    }
  }
}

/// Finds what could stand at the end of a line. It never fails: what is wrong before the end is passed
/// over.
public struct CompletionQuery<Action: Sendable> {
  private var command: Command<Action>
  private var options: [Option]
  private var argumentCount = 0
  private var hasEnded = false

  public init(_ root: Command<Action>) {
    command = root
    options = root.options()
  }

  /// - Parameter words: what follows the program's name, the unfinished word last.
  public mutating func answer(_ words: [String]) -> CompletionAnswer {
    var rest = words.dropLast()[...]
    while let word = rest.popFirst() {
      if hasEnded || !word.hasPrefix("-") || word == "-" {
        take(word)
      } else if word == "--" {
        hasEnded = true
      } else if let option = optionWanting(word) {
        if rest.isEmpty {
          return .values(option.completion, prefix: words.last ?? "")
        }
        rest.removeFirst()
      }
    }
    return last(words.last ?? "")
  }

  private mutating func take(_ word: String) {
    if command.action == nil, argumentCount == 0,
      let child = command.children().first(where: { $0.isCalled(word) })
    {
      command = child
      options = child.options() + options.filter(\.isGlobal)
      return
    }
    argumentCount += 1
    if command.stopsAtFirstArgument || command.passesWordsThrough { hasEnded = true }
  }

  /// The option that takes the next word as its value.
  private func optionWanting(_ word: String) -> Option? {
    if word.contains("=") { return nil }
    if word.hasPrefix("--") {
      let name = word.dropFirst(2)
      return options.first { ($0.name == name || $0.otherNames.contains(String(name))) }
        .flatMap { $0.standsAlone ? nil : $0 }
    }
    // Letters before the last stand alone, or the last belongs to a value.
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.letter == letter }) else { return nil }
      if !option.standsAlone { return letters.isEmpty ? option : nil }
    }
    return nil
  }

  private func last(_ word: String) -> CompletionAnswer {
    if !hasEnded, word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      let name = word[word.index(word.startIndex, offsetBy: 2)..<equals]
      let option = options.first { $0.name == name || $0.otherNames.contains(String(name)) }
      return .values(
        option?.completion ?? .none, prefix: String(word[word.index(after: equals)...]))
    }
    if !hasEnded, word.hasPrefix("-") {
      let found = Help.visible(options).filter { "--\($0.name)".hasPrefix(word) }
      let help = "--help".hasPrefix(word) ? [("--help", "Help for this command")] : []
      return .words(
        found.map { ("--\($0.name)", firstLine($0.help)) }
          + help.map { (word: $0.0, meaning: $0.1) })
    }
    if command.action == nil {
      let children = command.children().filter { !$0.isHidden && $0.name.hasPrefix(word) }
      return .words(children.sorted { $0.name < $1.name }.map { ($0.name, $0.summary) })
    }
    return .values(argumentCompletion, prefix: word)
  }

  private var argumentCompletion: Completion {
    let most: Int
    switch command.arguments {
    case .none: most = 0
    case .exactly(let count), .atMost(let count), .between(_, let count): most = count
    case .any, .atLeast: most = .max
    }
    guard argumentCount < most else { return .none }
    // What follows the first argument of `run` or `exec` belongs to another program.
    if command.stopsAtFirstArgument, argumentCount > 0 { return .files }
    return command.completion
  }

  private func firstLine(_ text: String) -> String {
    String(text.prefix { $0 != "\n" })
  }
}
