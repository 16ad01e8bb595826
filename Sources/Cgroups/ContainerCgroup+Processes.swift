import Glibc
import LinuxSystem
import SystemPackage

extension ContainerCgroup {
  /// Every process of the container, those of cgroups that it made below its own included.
  public func processes() throws(CgroupError) -> [Int32] {
    guard let main else { return [] }
    var found: [Int32] = []
    try cgroupCall { () throws(SystemError) in
      try Self.collect(from: main.directory, into: &found, isTop: true)
    }
    return found
  }

  private static func collect(
    from directory: ControlDirectory, into found: inout [Int32], isTop: Bool
  ) throws(SystemError) {
    do throws(SystemError) {
      let text: String
      do throws(SystemError) {
        text = try directory.read("cgroup.procs")
      } catch  where error.errno == .notSupported {
        // A threaded cgroup lists threads alone.
        text = try directory.read("cgroup.threads")
      }
      for line in text.lines {
        // 0 is a process of another PID namespace.
        if let pid = Int32(line), pid > 0 { found.append(pid) }
      }
      for child in try directory.children() {
        try collect(from: child, into: &found, isTop: false)
      }
    } catch  where error.isAbsence && !isTop {
      // It was removed meanwhile.
    }
  }

  /// Sends a signal to every process of the container.
  ///
  /// SIGKILL reaches all of them, also those that are being born: by `cgroup.kill` (Linux 5.14), else
  /// by freezing them first.
  public func kill(_ signal: Int32) throws(CgroupError) {
    guard signal == SIGKILL else { return try signalEach(signal) }
    if try killUnified() {
      // On a hybrid host a process may have stayed outside of version 2.
      if mode == .hybrid { try signalEach(SIGKILL) }
      return
    }
    // Where nobody is, nobody is being born.
    if let pids = try? processes(), pids.isEmpty { return }
    let hasFrozen = (try? freeze()) != nil
    defer { if hasFrozen { try? thaw() } }
    try signalEach(SIGKILL)
  }

  /// False where the kernel has no `cgroup.kill`.
  private func killUnified() throws(CgroupError) -> Bool {
    guard let directory = unified?.directory else { return false }
    do throws(SystemError) {
      try directory.write("1", to: "cgroup.kill")
      return true
    } catch  where error.isAbsence || (error.isPermission && mode == .hybrid) {
      return mode == .unified && !directory.exists
    } catch { throw .system(error) }
  }

  private func signalEach(_ signal: Int32) throws(CgroupError) {
    let pids: [Int32]
    do throws(CgroupError) {
      pids = try processes()
    } catch {
      if case .system(let cause) = error, cause.isAbsence { return }
      throw error
    }
    for pid in pids {
      do throws(SystemError) {
        try systemCall("kill", "process \(pid)") { Glibc.kill(pid, signal) }
      } catch  where error.errno == .noSuchProcess {
        continue
      } catch { throw .system(error) }
    }
  }

  /// Removes the cgroup: the directories, those that the container made below them, and those above
  /// that were made for it and that no other container uses. What is not there is no error.
  public mutating func delete() throws(CgroupError) {
    var first: CgroupError?
    if let scope {
      do throws(CgroupError) { try scope.stop() } catch { first = error }
    }
    var left: [Membership] = []
    for membership in memberships {
      do throws(SystemError) {
        try membership.directory.removeTree()
      } catch {
        if isRootless, error.isPermission { continue }
        left.append(membership)
        if first == nil { first = .system(error) }
      }
    }
    memberships = left
    if left.isEmpty { removeParents() }
    if let first { throw first }
  }

  /// Removes the directories above that were made for the container; one that has come to hold
  /// another cgroup stays.
  mutating func removeParents() {
    for path in createdParents.reversed() { rmdir(path) }
    createdParents = []
  }
}
