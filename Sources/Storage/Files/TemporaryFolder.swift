import LinuxSystem
import SystemPackage

/// Folders that were taken out of the store under its lock and are removed when the lock is free:
/// `overlay/tempdirs/temp-dir-X`, guarded by a lock on `lock-X` beside it. Who finds one that nobody has
/// locked removes it; containers/storage does likewise.
final class TemporaryFolder {
  let path: String
  private let lockPath: String
  private let lock: SharedDescriptor

  /// Makes a new one in a folder, which is made as well where it is missing.
  convenience init(in root: String) throws(SystemError) {
    while true {
      let name = hexadecimal(try randomBytes(8))
      let lockPath = "\(root)/lock-\(name)"
      let descriptor: OwnedDescriptor
      do throws(SystemError) {
        descriptor = try openFile(lockPath, [.readWrite, .create, .exclusive], mode: 0o600)
      } catch {
        guard error.errno == .noSuchFileOrDirectory else { throw error }
        try makeDirectories(root, mode: 0o700)
        continue
      }
      try descriptor.lent.lockFile(.exclusive, waits: true, subject: lockPath)
      // Between the two calls somebody may have taken it for a leftover, and removed it.
      guard fileExists(lockPath) else { continue }
      self.init(name: name, in: root, lock: descriptor)
      try makeDirectory(path, mode: 0o700)
      FaultPoint.reach("temporary folder made")
      return
    }
  }

  private init(name: String, in root: String, lock: consuming OwnedDescriptor) {
    lockPath = "\(root)/lock-\(name)"
    path = "\(root)/temp-dir-\(name)"
    self.lock = SharedDescriptor(lock)
  }

  /// One that nobody has locked.
  private convenience init(stale name: Substring, in root: String) throws(SystemError) {
    let lockPath = "\(root)/lock-\(name)"
    let descriptor = try openFile(lockPath, [.readWrite, .create], mode: 0o600)
    try descriptor.lent.lockFile(.exclusive, waits: false, subject: lockPath)
    self.init(name: String(name), in: root, lock: descriptor)
  }

  /// Removes it with all that is in it, and gives it up.
  func remove() throws(SystemError) {
    try removeTree(path)
    FaultPoint.reach("temporary folder removed")
    try removeFileIfPresent(lockPath)
  }

  /// Removes those that a process which was killed has left. One that is in use stays, and what cannot be
  /// removed is left to the next.
  static func sweep(_ root: String) {
    guard let folder = try? openFile(root, [.readOnly, .directory]),
      let names = try? folder.lent.entryNames(), !names.isEmpty
    else { return }
    var seen: Set<Substring> = []
    for name in names {
      let parts = ["temp-dir-", "lock-"].compactMap { prefix in
        name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : nil
      }
      guard let id = parts.first, seen.insert(id).inserted,
        let stale = try? TemporaryFolder(stale: id, in: root)
      else { continue }
      try? stale.remove()
    }
  }
}

/// Removes a file or folder of the host with all below it, by its path; what is gone is no error. Links
/// are removed, never followed.
func removeTree(_ path: String) throws(SystemError) {
  guard let slash = path.lastIndex(of: "/") else { return }
  let parent: OwnedDescriptor
  do throws(SystemError) {
    parent = try openFile(String(path[..<slash]), [.path, .directory])
  } catch {
    if error.errno == .noSuchFileOrDirectory { return }
    throw error
  }
  try parent.lent.removeTree(String(path[path.index(after: slash)...]))
}

/// The same for a folder in which something may still be mounted, by an engine that was killed: that is
/// taken away first.
func removeTreeWithMounts(_ path: String) throws(SystemError) {
  do throws(SystemError) {
    try removeTree(path)
  } catch {
    guard error.errno == .resourceBusy else { throw error }
    for entry in try MountTable.current().reversed()
    where entry.path == path || entry.path.hasPrefix(path + "/") {
      try? unmount(entry.path, [.detach, .noFollow])
    }
    try removeTree(path)
  }
}
