internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A deletion in a layer. See "Whiteouts" of the OCI image specification.
enum Whiteout: Equatable {
  /// What is older at this path is gone.
  case entry(EntryPath)
  /// What is older in this folder is gone.
  case folder(EntryPath)
  /// AUFS's own bookkeeping, which means nothing here.
  case bookkeeping

  static let prefix = Array(".wh.".utf8)
  static let opaqueName = Array(".wh..wh..opq".utf8)

  /// Nil for an ordinary path.
  init?(_ path: EntryPath) throws(ArchiveError) {
    let name = path.name
    let bookkeeping = Array(".wh..wh.".utf8)
    if name.elementsEqual(Whiteout.opaqueName) {
      self = .folder(path.parent)
      return
    }
    // Also what lies in a folder of that name.
    if path.bytes.split(separator: UInt8(ascii: "/")).contains(where: {
      $0.starts(with: bookkeeping)
    }) {
      self = .bookkeeping
      return
    }
    guard name.starts(with: Whiteout.prefix) else { return nil }
    let hidden = name.dropFirst(Whiteout.prefix.count)
    guard !hidden.isEmpty, !hidden.elementsEqual(".".utf8), !hidden.elementsEqual("..".utf8) else {
      throw .refused(path: path.text, .whiteoutInvalid)
    }
    self = .entry(path.parent.appending(hidden))
  }
}

extension UnpackSession {
  func apply(_ whiteout: Whiteout, _ entry: TarEntry) throws(ArchiveError) {
    switch (whiteout, options.whiteouts) {
    case (.bookkeeping, _), (_, .kept): return
    case (.entry(let path), .overlay): try hide(path, entry)
    case (.folder(let path), .overlay):
      let folder = try openForReading(path)
      try setOpaque(folder.lent, path)
    case (.entry(let path), .deletion):
      let parent = try folder(path.parent)
      try deleteOlder(path, in: parent.lent)
    case (.folder(let path), .deletion):
      let folder = try openForReading(path)
      try deleteOlderContent(path, folder.lent)
    }
  }

  private func openForReading(_ path: EntryPath) throws(ArchiveError) -> OwnedDescriptor {
    let place = try folder(path)
    return try place.lent.openEntry(EntryName([0x2e]), O_RDONLY | O_DIRECTORY)
  }

  /// Makes overlay's whiteout. A whiteout hides only what is older than its layer: what this archive has
  /// put there already remains, and a folder stops showing what is below it.
  private func hide(_ path: EntryPath, _ entry: TarEntry) throws(ArchiveError) {
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    var isMade = true
    try make(path, in: parent.lent) { () throws(ArchiveError) in
      _ = try archiveCall("mknod", path.text) {
        name.withCharacters { mknodat(parent.lent.rawValue, $0, S_IFCHR, 0) }
      }
    } unlessExisting: { _ in
      isMade = false
      return true
    }
    if isMade {
      try setOwner(ofEntry: path, in: parent.lent, user: entry.user, group: entry.group)
      return try parent.lent.setTimes(entry, of: name)
    }
    if let status = try parent.lent.entryStatus(name), status.isDirectory {
      let folder = try parent.lent.openEntry(name, O_RDONLY | O_DIRECTORY)
      try setOpaque(folder.lent, path)
    }
  }

  /// Deletes an entry unless this archive made it; of a folder that it made, the older content.
  private func deleteOlder(_ path: EntryPath, in parent: FileDescriptor) throws(ArchiveError) {
    let name = EntryName(path.name)
    guard let status = try parent.entryStatus(name) else { return }
    guard unpacked.contains(path) else { return try removeEntry(path, status, in: parent) }
    if status.isDirectory {
      let folder = try parent.openEntry(name, O_RDONLY | O_DIRECTORY)
      try deleteOlderContent(path, folder.lent)
    }
  }

  private func deleteOlderContent(
    _ path: EntryPath, _ folder: FileDescriptor
  ) throws(ArchiveError) {
    for name in try folder.sortedNames(path.text) {
      try deleteOlder(path.appending(name), in: folder)
    }
  }
}
