public import LinuxSystem

/// What can go wrong on a message bus.
public enum DBusError: Error, Equatable, Sendable {
  /// A call on the socket failed.
  case system(SystemError)
  /// No bus could be found; what was looked for.
  case noBus(String)
  /// The bus did not accept who this process is.
  case notAuthenticated(String)
  /// The bytes of a message are not what the protocol says.
  case malformed(String)
  /// The answer did not come in time.
  case timedOut(String)
  /// The peer answered with an error: its name and text.
  case refused(name: String, message: String)
  /// A text that is no value of D-Bus.
  case invalidText(String, reason: String)
}

extension DBusError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): "message bus: \(error)"
    case .noBus(let place):
      "message bus: none found (\(place)); for a user's own bus install dbus-user-session and log in "
        + "anew"
    case .notAuthenticated(let answer): "message bus: not authenticated: \(answer)"
    case .malformed(let what): "message bus: malformed message: \(what)"
    case .timedOut(let what): "message bus: no answer to \(what) in time"
    case .refused(let name, let message): message.isEmpty ? name : message
    case .invalidText(_, let reason): reason
    }
  }
}
