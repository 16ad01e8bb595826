import LinuxSystem
import SystemPackage

/// The environment of a container's process.
enum Environment {
  /// What `process.env` makes of it: of several entries with one name the last, and a HOME.
  ///
  /// - Parameter user: whose home /etc/passwd of the container names, if HOME is missing or empty.
  static func make(_ entries: [String], user: UInt32) throws -> [String] {
    var seen: Set<Substring> = []
    var result: [String] = []
    for entry in entries.reversed() {
      guard let equals = entry.firstIndex(of: "="), equals != entry.startIndex else {
        throw RuntimeError.invalid(
          field: "process.env", reason: "\(quoted(entry)) is not of the form NAME=value")
      }
      guard !entry.utf8.contains(0) else {
        throw RuntimeError.invalid(
          field: "process.env", reason: "\(quoted(entry)) holds a NUL byte")
      }
      guard seen.insert(entry[..<equals]).inserted else { continue }
      if entry != "HOME=" { result.append(entry) }
    }
    result.reverse()
    if !result.contains(where: { $0.hasPrefix("HOME=") }) {
      result.append("HOME=\(home(ofUser: user))")
    }
    return result
  }

  /// The value of a variable in a list that `make` has made.
  static func value(of name: String, in entries: [String]) -> Substring? {
    let prefix = "\(name)="
    return entries.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
  }

  private static let longestPasswordFile = 4 << 20

  /// Reads the container's /etc/passwd, which may be anything: a FIFO would make an ordinary open
  /// wait, and a device or a huge file fill the memory. None of them names a home.
  private static func home(ofUser user: UInt32) -> String {
    guard
      let file = try? openFile("/etc/passwd", [.readOnly, .nonBlocking, .noControllingTerminal]),
      let status = try? file.lent.status(), status.kind == .regular,
      let bytes = try? file.lent.readToEnd(limit: longestPasswordFile)
    else { return "/" }
    return PasswordFile(bytes).home(ofUser: user) ?? "/"
  }
}
