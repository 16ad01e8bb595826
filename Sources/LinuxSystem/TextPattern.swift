import Glibc

/// A regular expression of POSIX's extended kind. See regex(7).
public final class TextPattern {
  private var compiled = regex_t()

  /// Compiles an expression; nil where it is none.
  public init?(_ expression: String) {
    guard regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB) == 0 else { return nil }
  }

  deinit { regfree(&compiled) }

  /// Whether a part of the text matches.
  public func matches(_ text: String) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }
}
