/// An option as a command declares it.
struct Option: Sendable {
  /// What may follow it.
  enum Value: Sendable, Equatable {
    /// Nothing, or `=true` and `=false`.
    case flag
    case text(default: String = "")
    case integer(default: Int = 0)
    /// A length of time such as `1m30s`, in nanoseconds.
    case duration(default: Int)
    /// Texts; the option can be given several times.
    case texts
    /// Integers; the option can be given several times.
    case integers
  }

  var name: String
  /// The one-letter form.
  var letter: String?
  var value: Value
  /// What help says about it; not shown when nil.
  var help: String?

  init(_ name: String, _ letter: String? = nil, _ value: Value = .flag, _ help: String?) {
    self.name = name
    self.letter = letter
    self.value = value
    self.help = help
  }
}
