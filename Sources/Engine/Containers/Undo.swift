/// What has been done so far, to be undone in reverse when a later step fails.
struct Undo {
  private var steps: [() throws -> Void] = []

  mutating func add(_ step: @escaping () throws -> Void) { steps.append(step) }

  /// Undoes everything where nothing failed: for what is only held for a while.
  func all() throws {
    var failures: [any Error] = []
    for step in steps.reversed() {
      do { try step() } catch { failures.append(error) }
    }
    if let first = failures.first {
      throw failures.count == 1 ? first : EngineError.several(failures)
    }
  }

  /// Undoes everything, and returns the failure together with all that could not be undone.
  func all(after error: any Error) -> any Error {
    var failures: [any Error] = [error]
    for step in steps.reversed() {
      do { try step() } catch { failures.append(error) }
    }
    return failures.count == 1 ? error : EngineError.several(failures)
  }
}
