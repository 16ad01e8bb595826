import HelperProtocols
import LinuxSystem
import SystemPackage

/// `--sdnotify`: who tells the service manager, of which `NOTIFY_SOCKET` says where it listens, that
/// the container is ready.
enum ServiceManager {
  private static let variable = "NOTIFY_SOCKET"
  /// The folder in a container where its socket is.
  static let folder = "/run/notify"
  static let socketName = "notify.sock"

  /// Where the manager listens; nil where none has started us.
  static var socket: String? {
    CurrentProcess.environmentVariable(variable).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What the monitor does about it.
  static func plan(_ record: ContainerRecord, _ folders: ContainerFolders) -> NotificationPlan? {
    guard let socket, let mode = NotificationPlan.Mode(rawValue: record.notify) else { return nil }
    var plan = NotificationPlan(mode: mode, managerSocket: socket)
    if mode == .container { plan.containerSocket = "\(folders.run)/notify/\(socketName)" }
    return plan
  }

  /// Makes the folder that is mounted into the container, where its own messages are passed on.
  static func prepare(
    _ record: ContainerRecord, _ folders: ContainerFolders, _ context: inout SpecContext
  ) throws {
    guard plan(record, folders)?.containerSocket != nil else { return }
    let source = "\(folders.run)/notify"
    try makeDirectories(source, mode: 0o755)
    context.files.append((source: source, destination: folder))
    context.notifySocket = "\(folder)/\(socketName)"
  }
}
