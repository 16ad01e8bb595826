import JSON
import LinuxSystem
import SystemPackage

/// How many users each mounted layer has: mountpoints.json below the run root, which is lost with the
/// mounts at a reboot.
final class MountCounts {
  struct Entry: JSONObject, Equatable {
    var id = ""
    var path = ""
    var count = 0

    static var blank: Entry { Entry() }
    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("id", &id)
      try object.member("path", &path)
      try object.member("count", &count)
    }
  }

  let folder: String
  let lockFile: LockFile
  private(set) var entries: [Entry] = []

  init(folder: String) {
    self.folder = folder
    lockFile = LockFile(path: "\(folder)/mountpoints.lock")
  }

  private var path: String { "\(folder)/mountpoints.json" }

  /// Reads the counts. A file that cannot be read counts nothing: the mounts themselves are looked at
  /// before anything is decided.
  func refresh() throws(SystemError) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try readFile(path, limit: 1 << 26)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      entries = []
      return
    }
    entries = (try? JSONReader().read([Entry].self, from: bytes)) ?? []
  }

  func entry(_ layer: String) -> Entry? { entries.first { $0.id == layer && $0.count > 0 } }

  /// Sets a layer's count, zero to forget it, and replaces the file. The lock is held.
  func set(_ layer: String, path mountPoint: String, count: Int, _ lock: HeldLock) throws {
    entries.removeAll { $0.id == layer || $0.count <= 0 }
    if count > 0 { entries.append(Entry(id: layer, path: mountPoint, count: count)) }
    try lock.recordWrite()
    let beside = "\(folder)/.tmp-mountpoints.json"
    let file = try openFile(beside, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    try file.lent.writeAll(try JSONWriter().write(entries), subject: beside)
    FaultPoint.reach("written mountpoints.json")
    try renameFile(beside, to: path)
    FaultPoint.reach("renamed mountpoints.json")
  }
}
