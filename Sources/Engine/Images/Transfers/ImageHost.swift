import LinuxSystem

/// Whose store an image is copied from or to: `podman image scp`.
public enum ImageHost: Equatable, Sendable {
  /// The store of this command.
  case here
  /// The store of a user of this machine: `NAME@localhost`.
  case user(String)
  /// The store of a user of another machine, which ssh knows as `[USER@]HOST`.
  case machine(String, port: UInt16?)
}

/// `[HOST::]IMAGE`, or `HOST::` alone.
public struct ImageAtHost: Equatable, Sendable {
  public var host: ImageHost
  /// nil where it is to be called as it was.
  public var image: String?

  public init(host: ImageHost, image: String? = nil) { (self.host, self.image) = (host, image) }

  /// - Parameter user: the name of the user who is at home here.
  public init(parsing text: String, user: String?) throws {
    guard let mark = text.firstRange(of: "::") else {
      (host, image) = (.here, text)
      return
    }
    let (left, right) = (text[..<mark.lowerBound], text[mark.upperBound...])
    image = right.isEmpty ? nil : String(right)
    var name = left
    if name.hasPrefix("ssh://") { name = name.dropFirst(6) }
    func wrong(_ reason: String) -> EngineError { .failed("host \"\(left)\"", reason: reason) }
    guard !name.contains("/") else {
      throw wrong(
        "a socket's path has no meaning here: the podman of the other machine is run through ssh; "
          + "use [USER@]HOST[:PORT]::")
    }
    var port: UInt16?
    if let colon = name.lastIndex(of: ":") {
      port = UInt16(name[name.index(after: colon)...])
      guard port != nil else { throw wrong("its port is no number") }
      name = name[..<colon]
    }
    let parts = name.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = name.utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        || [0x2D, 0x2E, 0x40, 0x5F].contains($0)
    }
    // What begins with a dash would be an option of ssh's or runuser's.
    guard isPlain, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.first != "-" }) else {
      throw wrong("it is not of the form [USER@]HOST[:PORT]")
    }
    if parts.last == "localhost", parts.count == 2, port == nil {
      host = String(parts[0]) == user ? .here : .user(String(parts[0]))
    } else {
      host = .machine(String(name), port: port)
    }
  }
}
