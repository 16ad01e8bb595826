internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Entries that are no folders.
extension UnpackSession {
  func unpackFile(
    _ entry: TarEntry, _ path: EntryPath, from reader: TarReader
  ) throws(ArchiveError) {
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    var made: SharedDescriptor?
    try make(path, in: parent.lent) { () throws(ArchiveError) in
      made = SharedDescriptor(
        try parent.lent.openEntry(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600))
    }
    guard let file = made?.lent else { throw .truncated(.tar) }
    try writeContent(entry, path, from: reader, to: file)
    try setOwner(of: file, user: entry.user, group: entry.group, path)
    try archiveCall("fchmod", path.text) { fchmod(file.rawValue, mode_t(entry.mode)) }
    try setAttributes(of: file, entry, path)
    try file.setTimes(entry, path.text)
    if entry.size > 0, recorder != nil {
      filesWithContent.insert(try file.openStatus(path.text).st_ino)
    }
    contentSize = contentSize.addingReportingOverflow(entry.size).partialValue
  }

  private func writeContent(
    _ entry: TarEntry, _ path: EntryPath, from reader: TarReader, to file: FileDescriptor
  ) throws(ArchiveError) {
    guard let regions = entry.dataRegions else {
      while true {
        let piece = try reader.nextContent()
        if piece.isEmpty { return }
        try archiving { () throws(SystemError) in try file.writeAll(piece, subject: path.text) }
      }
    }
    for region in regions {
      try archiveCall("lseek", path.text) { lseek(file.rawValue, Int(region.offset), SEEK_SET) }
      var left = region.length
      while left > 0 {
        let piece = try reader.nextContent(Int(clamping: min(left, 1 << 18)))
        if piece.isEmpty { throw .truncated(.tar) }
        try archiving { () throws(SystemError) in try file.writeAll(piece, subject: path.text) }
        left -= UInt64(piece.count)
      }
    }
    try archiveCall("ftruncate", path.text) { ftruncate(file.rawValue, Int(entry.size)) }
  }

  /// The file that is linked to has its owner, mode and times already: all names of it share them.
  func unpackHardLink(_ entry: TarEntry, _ path: EntryPath) throws(ArchiveError) {
    guard let target = EntryPath(entry.linkTarget) else {
      throw .refused(path: entry.pathText, .linkEscapes)
    }
    if target == path, !target.isRoot { return }
    let parent = try folder(path.parent)
    let targetFolder: SharedDescriptor
    do throws(ArchiveError) {
      targetFolder = SharedDescriptor(
        try root.openFolder(inRoot: target.parent, walks: options.walks))
    } catch where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      throw .refused(path: entry.pathText, .linkTargetMissing)
    }
    let name = EntryName(path.name)
    let targetName = EntryName(target.name)
    guard !target.isRoot, let status = try targetFolder.lent.entryStatus(targetName),
      !status.isDirectory
    else { throw .refused(path: entry.pathText, .linkTargetMissing) }
    try make(path, in: parent.lent) { () throws(ArchiveError) in
      // Without AT_SYMLINK_FOLLOW: a link is linked to as it is.
      _ = try archiveCall("link", path.text) {
        targetName.withCharacters { old in
          name.withCharacters { new in
            linkat(targetFolder.lent.rawValue, old, parent.lent.rawValue, new, 0)
          }
        }
      }
    } unlessExisting: { existing in
      existing.st_ino == status.st_ino && existing.st_dev == status.st_dev
    }
  }

  /// A link may lead anywhere: whoever follows it does so in the container's root.
  func unpackSymbolicLink(_ entry: TarEntry, _ path: EntryPath) throws(ArchiveError) {
    guard !entry.linkTarget.isEmpty, !entry.linkTarget.contains(0) else {
      throw .refused(path: entry.pathText, .pathInvalid)
    }
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    let target = EntryName(entry.linkTarget)
    try make(path, in: parent.lent) { () throws(ArchiveError) in
      _ = try archiveCall("symlink", path.text) {
        target.withCharacters { target in
          name.withCharacters { symlinkat(target, parent.lent.rawValue, $0) }
        }
      }
    }
    try setOwner(ofEntry: path, in: parent.lent, user: entry.user, group: entry.group)
    try setAttributes(ofEntry: path, in: parent.lent, entry)
    try parent.lent.setTimes(entry, of: name)
  }

  func unpackNode(_ entry: TarEntry, _ path: EntryPath) throws(ArchiveError) {
    if options.ignoresDevices, entry.kind != .fifo {
      leftOut += 1
      return
    }
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    let format: mode_t
    switch entry.kind {
    case .character: format = S_IFCHR
    case .block: format = S_IFBLK
    default: format = S_IFIFO
    }
    do throws(ArchiveError) {
      try make(path, in: parent.lent) { () throws(ArchiveError) in
        _ = try archiveCall("mknod", path.text) {
          name.withCharacters {
            mknodat(
              parent.lent.rawValue, $0, format | mode_t(entry.mode & 0o777),
              dev_t(entry.device.packed))
          }
        }
      }
    } catch where error.errno == .notPermitted && options.skipsDevices && format != S_IFIFO {
      leftOut += 1
      return
    }
    try setOwner(ofEntry: path, in: parent.lent, user: entry.user, group: entry.group)
    try setMode(ofNode: path, in: parent.lent, entry.mode)
    try setAttributes(ofEntry: path, in: parent.lent, entry)
    try parent.lent.setTimes(entry, of: name)
  }

  /// Without following. A kernel before 6.6 has no such call; there the mode is what the umask left of
  /// it, and the confined process has no umask.
  private func setMode(
    ofNode path: EntryPath, in parent: FileDescriptor, _ mode: UInt32
  ) throws(ArchiveError) {
    let name = EntryName(path.name)
    let fchmodat2 = 452
    do throws(ArchiveError) {
      try archiveCall("fchmodat2", path.text) {
        name.withCharacters {
          clinux_syscall(
            fchmodat2, UInt(bitPattern: Int(parent.rawValue)), UInt(bitPattern: $0), UInt(mode),
            UInt(AT_SYMLINK_NOFOLLOW), 0, 0)
        }
      }
    } catch where error.errno == .noFunction {}
  }
}
