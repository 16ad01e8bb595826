public import SystemPackage

/// The fields of /proc/PID/stat that tell which process it is. See proc_pid_stat(5).
public struct ProcessStat: Equatable, Sendable {
  /// Its letter: `R`, `S`, `D`, `Z` (ended, not waited for), `X`, `T`, `t`…
  public var state: Character
  public var parentID: ProcessID
  /// When it started, in clock ticks after the machine did: with the number, a process's identity.
  public var startTime: UInt64

  /// Whether it has ended, waited for or not.
  public var hasEnded: Bool { state == "Z" || state == "X" }

  /// Reads the file's text; `nil` if it has another form.
  ///
  /// The second field is the program's name in parentheses and may hold any byte: the fields after
  /// it are counted from the last parenthesis.
  public init?(_ text: [UInt8]) {
    guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = text[(end + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard fields.count > 19, let letter = fields[0].first,
      let parent = ProcessID(String(decoding: fields[1], as: UTF8.self)),
      let start = UInt64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    state = Character(Unicode.Scalar(letter))
    parentID = parent
    startTime = start
  }

  /// Reads it of a process; `ENOENT` or `ESRCH` if there is none, `EINVAL` if the text has another
  /// form.
  ///
  /// - Parameter procfs: an open /proc; `nil` for the mounted one.
  public init(of process: ProcessID, procfs: FileDescriptor? = nil) throws(SystemError) {
    let name = procfs == nil ? "/proc/\(process)/stat" : "\(process)/stat"
    let file =
      if let procfs {
        try procfs.open(name, [.readOnly])
      } else {
        try openFile(name, [.readOnly])
      }
    guard let stat = ProcessStat(try file.lent.readToEnd(limit: 4096, subject: name)) else {
      throw SystemError("parse", "/proc/\(process)/stat", .invalidArgument)
    }
    self = stat
  }
}
