import LinuxSystem
import SystemPackage

/// Gives a tree of files to a user and a group: `:U` of a mount.
enum OwnerChange {
  static func apply(_ path: String, uid: UInt32, gid: UInt32) throws(SystemError) {
    let top = try openFile(path, [.path, .noFollow])
    try apply(top.lent, path, uid: uid, gid: gid, depth: 0)
  }

  private static func apply(
    _ file: FileDescriptor, _ path: String, uid: UInt32, gid: UInt32, depth: Int
  ) throws(SystemError) {
    let status = try file.status(subject: path)
    if status.uid != uid || status.gid != gid {
      try file.changeOwner(uid: uid, gid: gid, subject: path)
    }
    guard status.kind == .directory, depth < 1000 else { return }
    for name in try file.entryNames() {
      let entry = try file.open(name, [.path, .noFollow])
      try apply(entry.lent, path + "/" + name, uid: uid, gid: gid, depth: depth + 1)
    }
  }
}
