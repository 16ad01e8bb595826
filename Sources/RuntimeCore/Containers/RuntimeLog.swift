/// Where the runtime says what no error carries: the caller decides on file, format and level.
public struct RuntimeLog: Sendable {
  public enum Level: Int, Comparable, Sendable {
    case debug, info, warning, error

    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  private let least: Level
  private let write: @Sendable (Level, String) -> Void

  /// - Parameters:
  ///   - least: the lowest level that is written.
  ///   - write: writes one message; called in the runtime and in the container's first process, so
  ///     it may use nothing but its own descriptors.
  public init(_ least: Level, write: @escaping @Sendable (Level, String) -> Void) {
    self.least = least
    self.write = write
  }

  /// A log that says nothing.
  public static let silent = RuntimeLog(.error) { _, _ in }

  func debug(_ message: @autoclosure () -> String) { log(.debug, message) }
  func warning(_ message: @autoclosure () -> String) { log(.warning, message) }

  private func log(_ level: Level, _ message: () -> String) {
    if level >= least { write(level, message()) }
  }
}
