import LinuxSystem
import SystemPackage

/// A process that only stays in a user's shared namespaces, as podman's pause process: what is mounted
/// there can be seen and taken away, though every monitor was killed.
///
/// It is made with the first container that is started, and ended by `system migrate`. To be used under
/// the lock of the members.
struct PauseProcess {
  private static let file = "pause"
  private let members: NamespaceMembers

  init(_ members: NamespaceMembers) { self.members = members }

  /// The one that lives.
  private var present: ProcessID? {
    guard let bytes = try? readFile("\(members.folder)/\(Self.file)", limit: 64) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count == 2, let process = ProcessID(words[0]),
      let stat = try? ProcessStat(of: process), !stat.hasEnded,
      String(stat.startTime) == words[1]
    else { return nil }
    return process
  }

  /// Starts it, unless it is there.
  ///
  /// - Returns: its number if it is new.
  func start() throws -> ProcessID? {
    guard present == nil else { return nil }
    switch try Clone.clone() {
    case .child: Self.pause()
    case .parent(let process):
      let start = try ProcessStat(of: process.id).startTime
      let directory = try openFile(members.folder, [.readOnly, .directory])
      try directory.lent.replaceFile(
        Self.file, contents: Array("\(process.id) \(start)".utf8), mode: 0o600)
      try members.add(process.id)
      return process.id
    }
  }

  func end() {
    if let present { try? Signal.kill.send(to: present) }
  }

  /// The child's part: it holds nothing of the caller's.
  private static func pause() -> Never {
    do {
      try CurrentProcess.startSession()
      try CurrentProcess.changeDirectory(to: "/")
      let null = try openFile("/dev/null", [.readWrite])
      for number in CInt(0)...2 { try null.lent.install(as: number) }
      try DescriptorTable.closeAll(from: 3)
      while true { MonotonicClock.sleep(milliseconds: 1 << 30) }
    } catch {
      CurrentProcess.exit(1)
    }
  }
}
