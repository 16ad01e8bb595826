internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

// What else a file has: attributes, times, owners. All act on open files, or on entries that are not
// followed.

extension timespec {
  init(_ time: TarTime) {
    self.init(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
  }
}

extension FileDescriptor {
  /// Sets the time of the last change, and of the last access, of this open file.
  func setTimes(_ entry: TarEntry, _ subject: String) throws(ArchiveError) {
    let times = [timespec(entry.accessed ?? entry.modified), timespec(entry.modified)]
    try archiveCall("futimens", subject) { futimens(rawValue, times) }
  }

  /// Likewise of an entry, which is not followed.
  func setTimes(_ entry: TarEntry, of name: EntryName) throws(ArchiveError) {
    let times = [timespec(entry.accessed ?? entry.modified), timespec(entry.modified)]
    try archiveCall("utimensat", name.text) {
      name.withCharacters { utimensat(rawValue, $0, times, AT_SYMLINK_NOFOLLOW) }
    }
  }

  /// The value of an extended attribute of this open file; nil where it has none.
  func extendedAttribute(_ name: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 256)
    while true {
      let count = fgetxattr(rawValue, name, &value, value.count)
      if count >= 0 { return Array(value.prefix(count)) }
      guard currentErrno() == .outOfRange, value.count < 1 << 17 else { return nil }
      value = [UInt8](repeating: 0, count: value.count * 16)
    }
  }

  /// The names of the extended attributes of this open file; none where there can be none.
  func extendedAttributeNames() -> [String] {
    var list = [CChar](repeating: 0, count: 1 << 10)
    var count = flistxattr(rawValue, &list, list.count)
    if count < 0, currentErrno() == .outOfRange {
      list = [CChar](repeating: 0, count: 1 << 16)
      count = flistxattr(rawValue, &list, list.count)
    }
    guard count > 0 else { return [] }
    return list.prefix(count).split(separator: 0).map {
      String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}

extension FileDescriptor {
  /// Whether a procfs, sysfs or another file system of files that the kernel makes up is mounted at this
  /// open folder: such a one's content is no container's, and has no end.
  func isKernelFileSystem(
    _ path: EntryPath, device: dev_t, below parent: FileDescriptor
  ) throws(ArchiveError) -> Bool {
    guard try parent.openStatus(path.text).st_dev != device else { return false }
    let type = try archiving { () throws(SystemError) in
      try fileSystemStatus(subject: path.text).type
    }
    let kinds: [FileSystemType] = [.proc, .sysfs, .cgroup, .cgroup2, .devpts, .selinux, .resctrl]
    return kinds.contains(type)
  }
}
