import CLinux
import Glibc
public import SystemPackage

extension FileDescriptor {
  /// How many bytes the files in this folder take, as podman counts a volume: the sizes of all files
  /// below it, each counted once. What cannot be read counts nothing.
  public func folderSize() -> UInt64 {
    var seen: Set<UInt64> = []
    return size(&seen)
  }

  private func size(_ seen: inout Set<UInt64>) -> UInt64 {
    guard let names = try? entryNames() else { return 0 }
    var total: UInt64 = 0
    for name in names {
      var status = Glibc.stat()
      guard fstatat(rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        guard let folder = try? open(name, [.readOnly, .directory, .noFollow]) else { continue }
        total &+= folder.lent.size(&seen)
      } else if status.st_nlink < 2 || seen.insert(UInt64(status.st_ino)).inserted {
        total &+= UInt64(clamping: status.st_size)
      }
    }
    return total
  }
}
