import LinuxSystem
import SystemPackage

/// The files about a container's helper process: who it is, and its socket.
struct HelperFiles {
  let folder: String
  let containerID: String

  init(folder: String, _ containerID: String) {
    self.folder = folder
    self.containerID = containerID
  }

  var socket: String { "\(folder)/\(containerID.prefix(32)).sock" }
  private var name: String { "\(containerID).pid" }

  /// Remembers a helper: its number, and when it started, by which it is known from later processes.
  func keep(_ helper: ProcessID) throws(SystemError) {
    let stat = try ProcessStat(of: helper)
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.replaceFile(
      name, contents: Array("\(helper) \(stat.startTime)".utf8), mode: 0o600)
  }

  func makeFolder() throws(SystemError) { try makeDirectories(folder, mode: 0o700) }

  /// Ends the helper that was remembered, if it still runs.
  func endHelper() throws(SystemError) {
    guard isContainerID(containerID), let text = try? readFile("\(folder)/\(name)", limit: 100)
    else { return }
    let numbers = String(decoding: text, as: UTF8.self).split(separator: " ")
    if numbers.count == 2, let id = ProcessID(numbers[0]), let start = UInt64(numbers[1]),
      id > 1, let handle = try? ProcessHandle(opening: id),
      // Looked at after it was opened: from then on the number is nobody else's.
      let stat = try? ProcessStat(of: id), stat.startTime == start
    {
      do throws(SystemError) {
        try handle.send(.terminate)
      } catch {
        if error.errno != .noSuchProcess { throw error }
      }
    }
    try? removeFile(socket)
    try removeFile("\(folder)/\(name)")
  }
}
