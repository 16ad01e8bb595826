import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// The container's status as others see it, in the run folder.
final class StatusFile {
  private let folder: FileDescriptor
  private let onChange: (MonitorStatus) -> Void
  private(set) var status: MonitorStatus

  init(folder: FileDescriptor, restartCount: Int, onChange: @escaping (MonitorStatus) -> Void) {
    self.folder = folder
    self.onChange = onChange
    let own = try? ProcessStat(of: CurrentProcess.id)
    status = MonitorStatus(
      state: .created, monitor: CurrentProcess.id, monitorStartTime: own?.startTime ?? 0)
    status.restartCount = restartCount
  }

  /// Where no new file can be made, as on a full disk, the old one takes the new text: it needs no more
  /// room than it has.
  private func overwrite(_ text: [UInt8]) {
    guard let file = try? folder.open(MonitorFiles.status, [.writeOnly, .noFollow]),
      let size = try? file.lent.status(subject: MonitorFiles.status).size
    else { return }
    let rest = [UInt8](
      repeating: UInt8(ascii: " "), count: max(0, Int(clamping: size) - text.count))
    try? file.lent.writeAll(text + rest, subject: MonitorFiles.status)
  }

  /// Changes the status, and tells everybody.
  func update(_ change: (inout MonitorStatus) -> Void) {
    change(&status)
    if let text = try? JSONWriter().write(status) {
      do throws(SystemError) {
        try folder.replaceFile(MonitorFiles.status, contents: text, mode: 0o644)
      } catch {
        overwrite(text)
      }
    }
    onChange(status)
  }
}
