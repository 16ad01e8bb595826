import Glibc
import Synchronization

/// A thread that exchanges two paths of the mount namespace that it was made in, until it is
/// stopped.
final class Swapper {
  private final class State: Sendable {
    let isOver = Atomic(false)
    let paths: (String, String)
    init(_ paths: (String, String)) { self.paths = paths }
  }

  private let state: State
  private var thread: pthread_t?

  init(_ first: String, _ second: String) {
    state = State((first, second))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let state = Unmanaged<State>.fromOpaque(argument).takeRetainedValue()
        while !state.isOver.load(ordering: .relaxed) {
          renameat2(
            AT_FDCWD, state.paths.0, AT_FDCWD, state.paths.1, CUnsignedInt(RENAME_EXCHANGE))
        }
        return nil
      }, Unmanaged.passRetained(state).toOpaque())
    if status == 0 { self.thread = thread }
  }

  func stop() {
    state.isOver.store(true, ordering: .relaxed)
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }
}
