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

  /// Changes the status, and tells everybody.
  func update(_ change: (inout MonitorStatus) -> Void) {
    change(&status)
    if let text = try? JSONWriter().write(status) {
      try? folder.replaceFile(MonitorFiles.status, contents: text, mode: 0o644)
    }
    onChange(status)
  }
}
