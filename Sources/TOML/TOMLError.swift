/// Where and why a text is not TOML.
public struct TOMLError: Error, Equatable, Sendable {
  /// The line, counted from 1.
  public var line: Int
  /// What is wrong there, in words.
  public var reason: String

  /// An error on a line.
  public init(line: Int, _ reason: String) {
    self.line = line
    self.reason = reason
  }
}

extension TOMLError: CustomStringConvertible {
  public var description: String { "line \(line): \(reason)" }
}
