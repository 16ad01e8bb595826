/// What has been done so far and must be undone, in reverse, if a later step fails.
struct UndoStack {
  private var steps: [(name: String, undo: () throws -> Void)] = []

  /// Remembers how to undo what was just done, or what is about to be done in part.
  mutating func push(_ name: String, _ undo: @escaping () throws -> Void) {
    steps.append((name, undo))
  }

  /// Undoes everything, whatever fails, and returns the failure together with those of the undoing.
  mutating func unwind(after error: any Error) -> any Error {
    var failures: [any Error] = []
    while let step = steps.popLast() {
      do {
        try step.undo()
      } catch let failure {
        failures.append(RuntimeError.step(step.name, failure))
      }
    }
    return failures.isEmpty ? error : RuntimeError.unclean(error, cleanUp: failures)
  }
}
