import Cgroups
import LinuxSystem
import SystemPackage

/// The processes that are in a user's shared namespaces: a file for each, named by its number, with its
/// start time in it.
struct NamespaceMembers {
  let folder: String

  init(_ user: EngineUser) throws(SystemError) {
    folder = user.runFolder + "/libpod/namespaces"
    try makeDirectories(folder, mode: 0o700)
    // Below /tmp somebody else could have made it before.
    let opened = try openFile(folder, [.path, .directory, .noFollow])
    guard try opened.lent.status(subject: folder).uid == CurrentProcess.effectiveUserID else {
      throw SystemError("open", folder, .notPermitted)
    }
  }

  /// The lock under which members come and namespaces are made.
  func lock() throws(SystemError) -> OwnedDescriptor {
    let file = try openFile(folder + "/lock", [.readWrite, .create, .noFollow], mode: 0o600)
    try file.lent.lock(subject: folder)
    return file
  }

  func add(_ process: ProcessID) throws(SystemError) {
    let start = try ProcessStat(of: process).startTime
    let directory = try openFile(folder, [.readOnly, .directory])
    let file = try directory.lent.open(
      String(process), [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    try file.lent.writeAll(String(start), subject: String(process))
  }

  /// Joins the namespaces of a member that lives; false where none does. Files of others are removed.
  func joinAny() throws(SystemError) -> Bool {
    let directory = try openFile(folder, [.readOnly, .directory])
    for name in try directory.lent.entryNames() {
      guard let process = ProcessID(name) else { continue }
      if try join(process, directory.lent, name) { return true }
      try? directory.lent.removeFile(name)
    }
    return false
  }

  private func join(
    _ process: ProcessID, _ directory: FileDescriptor, _ name: String
  ) throws(SystemError) -> Bool {
    guard let file = try? directory.open(name, [.readOnly, .noFollow]),
      let text = try? file.lent.readToEnd(limit: 64),
      let handle = try? ProcessHandle(opening: process),
      let stat = try? ProcessStat(of: process), !stat.hasEnded,
      String(stat.startTime) == String(decoding: text, as: UTF8.self)
    else { return false }
    // The mount namespace's root becomes ours; the working folder is found again by its name.
    let working = try? CurrentProcess.workingDirectory()
    do throws(SystemError) {
      try handle.joinNamespaces([.user, .mount])
    } catch {
      // It ended just now, or is none of ours.
      if [.noSuchProcess, .notPermitted, .noSuchFileOrDirectory].contains(error.errno) {
        return false
      }
      throw error
    }
    try CurrentProcess.becomeRoot()
    if let working { try? CurrentProcess.changeDirectory(to: working) }
    return true
  }
}

extension ContainerEngine {
  /// Has the next commands of an ordinary user find the namespaces through a process that stays.
  func keepNamespaces(by process: ProcessID) throws {
    guard configuration.user.isRootless else { return }
    let members = try NamespaceMembers(configuration.user)
    try members.add(process)
    let lock = try members.lock()
    if let pause = try PauseProcess(members).start(), cgroupManager == "systemd" {
      // Who ends the caller's unit does not mean it. Where systemd does not take it, it stays.
      let name = String(try ContainerIdentifier.random().prefix(8))
      var cgroup = try? ContainerCgroup(
        layout: .detect(), driver: .systemd, path: "user.slice:podman-pause:\(name)",
        containerID: name, isRootless: true)
      try? cgroup?.createShared(containing: pause)
    }
    withExtendedLifetime(lock) {}
  }

  /// Ends the process that keeps an ordinary user's namespaces; monitors still do.
  public func endPauseProcess() throws {
    guard configuration.user.isRootless else { return }
    let members = try NamespaceMembers(configuration.user)
    let lock = try members.lock()
    PauseProcess(members).end()
    withExtendedLifetime(lock) {}
  }
}
