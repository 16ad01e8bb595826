import JSON
import LinuxSystem
import RuntimeSpec

/// The programs of config.json that are called at points of a container's life. See config.md,
/// "POSIX-platform Hooks".
enum Hooks {
  enum Kind: String {
    case prestart, createRuntime, createContainer, startContainer, poststart, poststop
  }

  /// A hook that failed: which one, and how.
  struct Failure: Error, CustomStringConvertible {
    var kind: Kind
    /// Its place in the list, from 0.
    var index: Int
    var path: String
    var reason: Reason

    enum Reason {
      case notRun(any Error)
      case failed(ExitStatus, output: String)
    }

    var description: String {
      let what = "error running \(kind.rawValue) hook #\(index) \(path)"
      switch reason {
      case .notRun(let error): return "\(what): \(error)"
      case .failed(.exited(let status), let output):
        return "\(what): exit status \(status)" + (output.isEmpty ? "" : ": \(output)")
      case .failed(.signaled(let signal), let output):
        return "\(what): \(signal.name)" + (output.isEmpty ? "" : ": \(output)")
      }
    }
  }

  /// Calls hooks in their order, each with the container's state as JSON on standard input, and
  /// stops at the first that fails.
  ///
  /// Hooks of the host's start in the bundle's folder, as they do with runc: scripts name their files
  /// from there. A `startContainer` hook is a program of the container's, which has no bundle.
  ///
  /// - Parameter environment: of hooks that name none: the container's own for `startContainer`, which
  ///   users of other runtimes have come to rely on, and nothing for all others.
  static func run(
    _ hooks: [Spec.Hook]?, _ kind: Kind, _ state: RuntimeState, environment: [String] = []
  ) throws {
    guard let hooks, !hooks.isEmpty else { return }
    let input = try JSONWriter().write(state)
    for (index, hook) in hooks.enumerated() {
      if let reason = failure(
        of: hook, input, environment, folder: kind == .startContainer ? nil : state.bundle)
      {
        throw Failure(kind: kind, index: index, path: hook.path, reason: reason)
      }
    }
  }

  /// Calls hooks in their order, every one of them, and returns those that failed.
  static func runAll(
    _ hooks: [Spec.Hook]?, _ kind: Kind, _ state: RuntimeState
  ) -> [any Error] {
    var failures: [any Error] = []
    for (index, hook) in (hooks ?? []).enumerated() {
      do {
        let input = try JSONWriter().write(state)
        if let reason = failure(of: hook, input, [], folder: state.bundle) {
          throw Failure(kind: kind, index: index, path: hook.path, reason: reason)
        }
      } catch {
        failures.append(error)
      }
    }
    return failures
  }

  private static func failure(
    of hook: Spec.Hook, _ input: [UInt8], _ environment: [String], folder: String?
  ) -> Failure.Reason? {
    do {
      let given = hook.env ?? []
      let arguments = hook.args ?? []
      let result = try HostProgram.run(
        hook.path, arguments.isEmpty ? [hook.path] : arguments,
        environment: given.isEmpty ? environment : given, folder: folder, input: input,
        timeout: hook.timeout)
      return result.status == .exited(0) ? nil : .failed(result.status, output: result.output)
    } catch {
      return .notRun(error)
    }
  }
}
