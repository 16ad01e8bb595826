/// A failure that the command line itself finds.
struct CommandFailure: Error, CustomStringConvertible {
  /// A sentence without `Error:` and full stop; nothing is printed where it is empty.
  var description: String
  /// The status that the program ends with.
  var status: Int32

  init(_ description: String, status: Int32 = 125) {
    self.description = description
    self.status = status
  }

  /// Ends the program with a status and without a word.
  static func silent(_ status: Int32) -> CommandFailure { CommandFailure("", status: status) }
}
