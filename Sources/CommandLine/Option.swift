/// An option as a command declares it: what the parser takes, what help, completion and the manual
/// page say.
public struct Option: Sendable {
  /// What an option takes, as pflag names it.
  public enum Kind: Sendable, Equatable {
    /// Nothing, or `=true` and `=false`.
    case flag(default: Bool = false)
    /// One text; of several the last counts.
    case string(default: String = "")
    /// A text that may be left out, and is only taken behind `=`; then `implied` holds.
    case optionalString(default: String = "", implied: String)
    /// A signed integer.
    case integer(default: Int64 = 0)
    /// An integer that is not negative.
    case unsigned(default: UInt64 = 0)
    /// A decimal number.
    case float
    /// A length of time such as `1m30s`.
    case duration(default: String = "0s")
    /// Texts; each value is split at its commas, as one record of CSV.
    case list(default: [String] = [])
    /// Texts; each value is one.
    case array(default: [String] = [])
  }

  /// The long name, without dashes.
  public var name: String
  /// The one-letter form.
  public var letter: Character?
  public var kind: Kind
  /// What help says about it, in half a line.
  public var help: String
  /// What help calls the value, where the kind's own name says too little.
  public var valueName: String?
  /// Other long names that mean the same, shown nowhere.
  public var otherNames: [String]
  /// Whether help, completion and manual pages pass it over.
  public var isHidden: Bool
  /// Whether it is taken behind every command below the one that declares it.
  public var isGlobal: Bool
  /// Which values there are.
  public var completion: Completion
  /// Whether it was given before a command that does not take it, and only its value counts.
  var isOutOfReach = false

  public init(
    _ name: String, _ letter: Character? = nil, _ kind: Kind = .flag(), _ help: String,
    value valueName: String? = nil, alias otherNames: [String] = [], hidden isHidden: Bool = false,
    global isGlobal: Bool = false, completion: Completion = .none
  ) {
    self.name = name
    self.letter = letter
    self.kind = kind
    self.help = help
    self.valueName = valueName
    self.otherNames = otherNames
    self.isHidden = isHidden
    self.isGlobal = isGlobal
    self.completion = completion
  }

  /// An option without a letter.
  public init(
    _ name: String, _ kind: Kind, _ help: String, value valueName: String? = nil,
    alias otherNames: [String] = [], hidden isHidden: Bool = false, global isGlobal: Bool = false,
    completion: Completion = .none
  ) {
    self.init(
      name, nil, kind, help, value: valueName, alias: otherNames, hidden: isHidden,
      global: isGlobal, completion: completion)
  }

  /// A flag that is false unless given, without a letter.
  public init(
    _ name: String, _ help: String, alias otherNames: [String] = [], hidden isHidden: Bool = false
  ) {
    self.init(name, nil, .flag(), help, alias: otherNames, hidden: isHidden)
  }

  /// Whether the option stands for itself, with no value behind it.
  var standsAlone: Bool {
    switch kind {
    case .flag, .optionalString: true
    default: false
    }
  }

  /// How messages name it: `-a, --all` or `--all`.
  var spelling: String { letter.map { "-\($0), --\(name)" } ?? "--\(name)" }
}

/// Which words can stand where an option's value or an argument is expected: for shell completion.
public enum Completion: Sendable, Equatable {
  /// None that are known.
  case none
  /// One of these.
  case words([String])
  case files
  case folders
  /// Names that only the engine knows, such as `images`, `containers` or `networks`; the front finds
  /// them.
  case names(String)
}
