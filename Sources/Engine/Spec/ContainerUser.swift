public import LinuxSystem
import SystemPackage

/// A user of a container, looked up in the container's own /etc/passwd and /etc/group.
///
/// Both files are whoever's made the image: they are found by descriptor inside the root, are read only
/// if they are regular files of a bearable size, and the C library's name service never sees them.
public struct ContainerUser: Equatable, Sendable {
  public var uid: UInt32
  public var gid: UInt32
  /// The groups of the files and those asked for.
  public var groups: [UInt32]
  /// The user's home; `/` where the files have none.
  public var home: String
  /// Whether the files know the number.
  public var isKnown: Bool
  public var isGroupKnown: Bool

  /// A user that nothing was looked up for: root.
  public init() {
    uid = 0
    gid = 0
    groups = []
    home = "/root"
    isKnown = false
    isGroupKnown = false
  }

  /// The largest file that is read, in bytes.
  static let largestFile = 4 << 20

  /// - Parameters:
  ///   - text: `user`, `uid`, `user:group`…; empty for root.
  ///   - groups: further groups by name or number.
  public init(_ text: String, groups asked: [String], in root: borrowing RootDirectory) throws {
    let passwd = try Self.entries("/etc/passwd", in: root)
    let group = try Self.entries("/etc/group", in: root)
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    let groupName = parts.count > 1 ? String(parts[1]) : ""

    let line: [String]?
    if let number = UInt32(name) {
      line = passwd.first { $0.count > 2 && $0[2] == name }
      uid = number
      gid = line.flatMap { $0.count > 3 ? UInt32($0[3]) : nil } ?? 0
    } else {
      line = passwd.first { $0.first == (name.isEmpty ? "root" : name) }
      if let line {
        guard line.count > 3, let number = UInt32(line[2]), let primary = UInt32(line[3]) else {
          throw EngineError.damaged(path: "/etc/passwd of the container", reason: "line of \(name)")
        }
        uid = number
        gid = primary
      } else {
        guard name.isEmpty || name == "root" else {
          throw EngineError.failed(
            "user \(name)",
            reason: "unable to find user \(name): no matching entries in passwd file")
        }
        uid = 0
        gid = 0
      }
    }
    let found = line.flatMap { $0.count > 5 ? $0[5] : nil } ?? ""
    home = found.hasPrefix("/") ? found : "/"
    if line == nil, uid == 0 { home = "/root" }
    isKnown = line != nil
    isGroupKnown = false
    groups = []
    try take(group: groupName, asked, group, user: line?.first ?? "")
  }

  private mutating func take(
    group name: String, _ asked: [String], _ lines: [[String]], user: String
  ) throws {
    if name.isEmpty {
      // Those that list the user as a member.
      for line in lines where line.count > 3 {
        guard let number = UInt32(line[2]), number != gid,
          line[3].split(separator: ",").contains(where: { $0 == user })
        else { continue }
        groups.append(number)
      }
    } else {
      gid = try Self.number(ofGroup: name, lines)
    }
    for name in asked where name != "keep-groups" {
      let number = try Self.number(ofGroup: name, lines)
      if !groups.contains(number) { groups.append(number) }
    }
    isGroupKnown = lines.contains { $0.count > 2 && UInt32($0[2]) == gid }
  }

  private static func number(ofGroup name: String, _ lines: [[String]]) throws -> UInt32 {
    if let number = UInt32(name) { return number }
    guard let line = lines.first(where: { $0.first == name }), line.count > 2,
      let number = UInt32(line[2])
    else {
      throw EngineError.failed(
        "group \(name)", reason: "unable to find group \(name): no matching entries in group file")
    }
    return number
  }

  /// The highest number of a user or group that the files have, but for nobody's.
  static func highestNumber(in root: borrowing RootDirectory) throws -> UInt32 {
    var highest: UInt32 = 0
    for (path, columns) in [("/etc/passwd", 2...3), ("/etc/group", 2...2)] {
      for line in try entries(path, in: root)
      where !["nobody", "nogroup"].contains(line.first ?? "") {
        for column in columns where column < line.count {
          if let number = UInt32(line[column]), number < 65_534 { highest = max(highest, number) }
        }
      }
    }
    return highest
  }

  /// The lines of a file, split at colons; none where there is no such file.
  static func entries(
    _ path: String, in root: borrowing RootDirectory
  ) throws -> [[String]] {
    guard let bytes = try contents(of: path, in: root) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  /// A regular file of the container; nil where there is none.
  static func contents(
    of path: String, in root: borrowing RootDirectory
  ) throws -> [UInt8]? {
    do throws(SystemError) {
      let place = try root.resolve(path)
      let status = try place.lent.status(subject: path)
      guard status.kind == .regular else { throw SystemError("open", path, .invalidArgument) }
      guard status.size <= largestFile else { throw SystemError("open", path, .fileTooLarge) }
      let file = try openFile(
        "/proc/self/fd/\(place.lent.rawValue)", [.readOnly, .nonBlocking, .noControllingTerminal])
      return try file.lent.readToEnd(limit: largestFile, subject: path)
    } catch where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      return nil
    } catch {
      throw error
    }
  }
}
