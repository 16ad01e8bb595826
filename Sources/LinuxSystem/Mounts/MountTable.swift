/// One mount as a mount table shows it. See proc_pid_mountinfo(5).
public struct MountTableEntry: Equatable, Sendable {
  public var id: Int
  public var parentID: Int
  /// Which directory of the file system is mounted.
  public var root: String
  /// Where, as seen from the root of the process.
  public var path: String
  /// The options of the mount: `rw,nosuid,relatime`.
  public var options: [String]
  /// `shared:1`, `master:2`, `unbindable`…; none for a private mount.
  public var propagation: [String]
  /// The type of the file system.
  public var type: String
  /// What was mounted: a device, or any text.
  public var source: String
  /// The options of the file system.
  public var fileSystemOptions: [String]

  /// Reads a line; nil where it is none of a mount table.
  public init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count >= 9, let dash = fields[6...].firstIndex(of: "-"),
      fields.count > dash + 3, let id = Int(fields[0]), let parentID = Int(fields[1])
    else { return nil }
    self.id = id
    self.parentID = parentID
    root = MountTable.unescaped(fields[3])
    path = MountTable.unescaped(fields[4])
    options = fields[5].split(separator: ",").map(String.init)
    propagation = fields[6..<dash].map(String.init)
    type = String(fields[dash + 1])
    source = MountTable.unescaped(fields[dash + 2])
    fileSystemOptions = fields[dash + 3].split(separator: ",").map(String.init)
  }
}

/// The mounts of a mount namespace. Reading it takes the kernel long on hosts with many mounts: it
/// is for the rare cases that cannot do without.
public enum MountTable {
  /// Reads the table that this process sees, from a procfs at /proc.
  public static func current() throws(SystemError) -> [MountTableEntry] {
    parse(
      String(decoding: try readFile("/proc/thread-self/mountinfo", limit: 64 << 20), as: UTF8.self))
  }

  /// Reads the text of a /proc/PID/mountinfo; lines that are none are passed over.
  public static func parse(_ text: String) -> [MountTableEntry] {
    text.split(separator: "\n").compactMap { MountTableEntry(line: $0) }
  }

  /// Blanks, tabs, line ends and backslashes are written as `\` and three octal digits.
  public static func unescaped(_ field: Substring) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        digits.allSatisfy({ (48...55).contains($0) })
      {
        bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 48) })
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
