import JSON

/// A rule of the specification, or of what a runtime can do, that a `config.json` breaks.
public struct SpecProblem: Error, Equatable, Sendable {
  /// The field: `process.cwd`, `linux.namespaces[2].path`.
  public var field: String
  /// What is wrong and what to do about it, to be read behind the field's name; one line.
  public var reason: String

  public init(_ field: String, _ reason: String) {
    self.field = field
    self.reason = reason
  }
}

extension SpecProblem: CustomStringConvertible {
  public var description: String { "\(field): \(reason)" }
}

// MARK: Rules that many fields share

/// Refuses an empty text, and one with a NUL byte, at which the kernel would cut it off.
func requireText(_ text: String?, _ field: @autoclosure () -> String) throws(SpecProblem) {
  guard let text else { return }
  if text.isEmpty { throw SpecProblem(field(), "is empty, give it a value") }
  try refuseNUL(text, field())
}

/// Refuses a NUL byte, at which the kernel would cut the text off.
func refuseNUL(_ text: String?, _ field: @autoclosure () -> String) throws(SpecProblem) {
  if let text, text.utf8.contains(0) {
    throw SpecProblem(field(), "holds a NUL byte, take it out")
  }
}

/// Requires a path from the root.
func requireAbsolute(_ path: String?, _ field: @autoclosure () -> String) throws(SpecProblem) {
  guard let path else { return }
  try requireText(path, field())
  guard path.utf8.first == UInt8(ascii: "/") else {
    throw SpecProblem(field(), "\(quoted(path)) is not absolute, begin it with /")
  }
}

/// Requires a list of numbers and ranges as the kernel reads it: `0-3,7`.
func requireNumberList(_ list: String?, _ field: @autoclosure () -> String) throws(SpecProblem) {
  guard let list else { return }
  for range in list.split(separator: ",", omittingEmptySubsequences: false) {
    let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { UInt32($0) }
    guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last
    else {
      throw SpecProblem(
        field(), "\(quoted(list)) is not a list of numbers, write it in the form 0-3,7")
    }
  }
}
