public import SystemPackage

/// A system call that failed: what was tried, on what, and why.
///
/// It is data. `description` is for logs and for the one place that makes sentences of errors; no
/// decision reads it.
public struct SystemError: Error, Equatable, Sendable {
  /// The call as its manual page names it, or the step that it belongs to: `openat2`, `mount proc`.
  public var operation: String
  /// The path, process or device that the call was about; empty where there is none.
  public var subject: String
  /// The reason that the kernel gave.
  public var errno: Errno

  public init(_ operation: String, _ subject: String = "", _ errno: Errno) {
    self.operation = operation
    self.subject = subject
    self.errno = errno
  }
}

extension SystemError: CustomStringConvertible {
  /// `open /etc/passwd: no such file or directory`, without a full stop.
  public var description: String {
    var reason = errno.description
    if let first = reason.first, first.isUppercase,
      reason.dropFirst().first?.isLowercase ?? false
    {
      reason = first.lowercased() + reason.dropFirst()
    }
    return subject.isEmpty ? "\(operation): \(reason)" : "\(operation) \(subject): \(reason)"
  }
}
