import LinuxSystem
import SystemPackage

/// The descriptors above standard error that a container's process gets from the runtime's caller:
/// those of LISTEN_FDS (see sd_listen_fds(3)), then those of `--preserve-fds`.
struct InheritedDescriptors {
  private static let first: CInt = 3
  private static let most = 1 << 20

  private let listening: CInt
  private let names: String?
  private let preserved: CInt

  /// Finds out what was passed. Only what the caller left open counts: all that the runtime opens
  /// itself is marked to be closed by an execution, and what has come through one is not.
  ///
  /// - Parameter preserved: how many beyond those of LISTEN_FDS; each must be open.
  init(preserved: Int) throws {
    (listening, names) = InheritedDescriptors.listening()
    guard (0...InheritedDescriptors.most).contains(preserved) else {
      throw RuntimeError.invalid(
        field: "--preserve-fds",
        reason: "\(preserved) is not from 0 to \(InheritedDescriptors.most)")
    }
    self.preserved = CInt(preserved)
    let start = InheritedDescriptors.first
    try InheritedDescriptors.check(start..<(start + listening), "LISTEN_FDS")
    try InheritedDescriptors.check(
      (start + listening)..<(start + listening + self.preserved), "--preserve-fds")
  }

  private static func check(_ numbers: Range<CInt>, _ field: String) throws {
    for number in numbers where !FileDescriptor(rawValue: number).isInherited {
      throw RuntimeError.invalid(
        field: field,
        reason: "descriptor \(number), \(number - numbers.lowerBound + 1) of \(numbers.count), is"
          + " not open")
    }
  }

  /// LISTEN_FDS counts for the process whose number LISTEN_PID is, and for no other.
  private static func listening() -> (CInt, String?) {
    guard let pid = CurrentProcess.environmentVariable("LISTEN_PID"),
      ProcessID(pid) == CurrentProcess.id,
      let count = CurrentProcess.environmentVariable("LISTEN_FDS").flatMap({ CInt($0) }),
      (1...most).contains(Int(count))
    else { return (0, nil) }
    return (count, CurrentProcess.environmentVariable("LISTEN_FDNAMES"))
  }

  /// The environment that tells the process of them; it is process 1 to itself, or told so.
  func environment(_ entries: [String]) -> [String] {
    if listening == 0 { return entries }
    var result = entries.filter { entry in
      !["LISTEN_FDS=", "LISTEN_PID=", "LISTEN_FDNAMES="].contains { entry.hasPrefix($0) }
    }
    result += ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"]
    if let names { result.append("LISTEN_FDNAMES=\(names)") }
    return result
  }

  /// How far the runtime's own descriptors go: it opens some thirty, at the lowest free numbers.
  private static let own: CInt = 256

  /// Lets go of all but these, for a process that is going to wait in the container: whoever comes into
  /// its pid namespace must find no folder of the host in it (the class of CVE-2024-21626).
  ///
  /// Nothing is closed: owners elsewhere in this process may still do that.
  func letGoOfOthers(keeping kept: [FileDescriptor]) throws {
    let end = InheritedDescriptors.first + listening + preserved
    // The end of a pipe that nobody writes to leads nowhere.
    var pipe = try Pipe()
    guard let nothing = pipe.reading.take() else { return }
    try DescriptorTable.replace(
      end..<max(end, InheritedDescriptors.own), with: nothing.lent, keeping: kept)
  }

  /// Leaves nothing open but standard streams and these, and one descriptor until the execution.
  ///
  /// Really closed, not marked: the path of the program is resolved before marked descriptors go,
  /// and it could lead through one of them to the host (CVE-2024-21626). Nothing that owns another
  /// may be used from here on.
  func closeOthers(keeping kept: FileDescriptor) throws {
    let end = InheritedDescriptors.first + listening + preserved
    try kept.setCloseOnExecution(true)
    if kept.rawValue < end { return try DescriptorTable.closeAll(from: end) }
    if kept.rawValue > end { try DescriptorTable.close(end...(kept.rawValue - 1)) }
    try DescriptorTable.closeAll(from: kept.rawValue + 1)
  }
}
