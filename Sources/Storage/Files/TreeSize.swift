import LinuxSystem
import SystemPackage

/// How large a folder is with all below it.
public struct TreeSize: Equatable, Sendable {
  /// The bytes of its files, each counted once whatever names it has.
  public private(set) var contents: Int64 = 0
  /// The bytes on the disk, folders included: what du(1) counts.
  public private(set) var allocated: Int64 = 0
  /// The same without the folder itself.
  public private(set) var allocatedInside: Int64 = 0
  private var seen: Set<UInt64> = []

  /// Nothing.
  public init() {}

  /// Walks a folder by descriptor, without following links and without leaving its file system. One that
  /// is not there is empty.
  public init(of path: String) throws(SystemError) {
    do throws(SystemError) {
      let folder = try openFile(path, [.readOnly, .directory, .noFollow])
      let status = try folder.lent.status(subject: path)
      allocated = Int64(clamping: status.allocatedSize)
      try add(folder.lent, mount: status.mount)
      allocatedInside = allocated &- Int64(clamping: status.allocatedSize)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
  }

  private mutating func add(_ folder: FileDescriptor, mount: UInt64) throws(SystemError) {
    for name in try folder.entryNames() {
      do throws(SystemError) {
        let status = try folder.status(of: name)
        if status.mount != mount || status.isMountRoot { continue }
        if status.kind == .directory {
          allocated &+= Int64(clamping: status.allocatedSize)
          let inner = try folder.open(name, [.readOnly, .directory, .noFollow])
          try add(inner.lent, mount: mount)
          continue
        }
        if status.linkCount > 1, !seen.insert(status.inode).inserted { continue }
        contents &+= Int64(clamping: status.size)
        allocated &+= Int64(clamping: status.allocatedSize)
      } catch {
        // Somebody may remove files meanwhile.
        guard error.errno == .noSuchFileOrDirectory else { throw error }
      }
    }
  }
}
