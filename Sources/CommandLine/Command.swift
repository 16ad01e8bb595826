/// A command: its words, its options, what it does and the commands below it.
///
/// `Action` is what the front does for it; this module only finds it. Options and commands below are
/// made when they are asked for: a start pays only for the command that was called.
public struct Command<Action: Sendable>: Sendable {
  /// The word that calls it.
  public var name: String
  /// Other words that call it.
  public var otherNames: [String] = []
  /// What it does, in half a line.
  public var summary: String
  /// What it does, in sentences; the summary where empty.
  public var details: String
  /// Its arguments, as help shows them behind `[options]`.
  public var usage: String
  /// Whole command lines, without the words that call the command.
  public var examples: [String]
  /// How many arguments there can be.
  public var arguments: ArgumentCount
  /// What the arguments can be.
  public var completion: Completion
  /// Whether the first argument ends the options, because what follows belongs to another program.
  public var stopsAtFirstArgument: Bool
  /// Whether all words behind its name are arguments.
  public var passesWordsThrough: Bool
  /// Whether help and completion pass it over.
  public var isHidden: Bool
  /// Its own options.
  public var options: @Sendable () -> [Option]
  /// The commands below it.
  public var children: @Sendable () -> [Command<Action>]
  /// What it does; nil for a group of commands.
  public var action: Action?

  /// A command that does something.
  public init(
    _ name: String, _ summary: String, aliases otherNames: [String] = [], details: String = "",
    usage: String = "", arguments: ArgumentCount = .none, examples: [String] = [],
    completion: Completion = .none, stopsAtFirstArgument: Bool = false,
    passesWordsThrough: Bool = false, hidden isHidden: Bool = false,
    options: @escaping @Sendable () -> [Option] = { [] }, run action: Action
  ) {
    self.name = name
    self.otherNames = otherNames
    self.summary = summary
    self.details = details
    self.usage = usage
    self.examples = examples
    self.arguments = arguments
    self.completion = completion
    self.stopsAtFirstArgument = stopsAtFirstArgument
    self.passesWordsThrough = passesWordsThrough
    self.isHidden = isHidden
    self.options = options
    self.children = { [] }
    self.action = action
  }

  /// A group of commands.
  public init(
    group name: String, _ summary: String, aliases otherNames: [String] = [], details: String = "",
    hidden isHidden: Bool = false, options: @escaping @Sendable () -> [Option] = { [] },
    children: @escaping @Sendable () -> [Command<Action>]
  ) {
    self.name = name
    self.otherNames = otherNames
    self.summary = summary
    self.details = details
    self.usage = ""
    self.examples = []
    self.arguments = .any
    self.completion = .none
    self.stopsAtFirstArgument = true
    self.passesWordsThrough = false
    self.isHidden = isHidden
    self.options = options
    self.children = children
    self.action = nil
  }

  /// The same command under another name, as `podman image list` is `podman images`.
  public func named(
    _ name: String, aliases otherNames: [String] = [], summary: String? = nil
  ) -> Command {
    var copy = self
    copy.name = name
    copy.otherNames = otherNames
    if let summary { copy.summary = summary }
    return copy
  }

  /// Whether a word calls it.
  public func isCalled(_ word: String) -> Bool { name == word || otherNames.contains(word) }
}

/// How many arguments a command takes.
public enum ArgumentCount: Sendable, Equatable {
  case any
  /// None; the message names the command.
  case none
  case exactly(Int)
  case atLeast(Int)
  case atMost(Int)
  case between(Int, Int)

  func check(_ count: Int, command path: String) throws(CommandLineError) {
    let isRight: Bool
    switch self {
    case .any: isRight = true
    case .none: isRight = count == 0
    case .exactly(let wanted): isRight = count == wanted
    case .atLeast(let least): isRight = count >= least
    case .atMost(let most): isRight = count <= most
    case .between(let least, let most): isRight = count >= least && count <= most
    }
    if !isRight { throw .argumentCount(self, received: count, command: path) }
  }
}
