internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The unpacking of one archive: what is known of the folder between two entries.
final class UnpackSession {
  let root: FileDescriptor
  let options: UnpackOptions
  var recorder: TarSplitRecorder?

  private(set) var entryCount: UInt64 = 0
  var contentSize: UInt64 = 0
  private(set) var users: Set<UInt32> = []
  private(set) var groups: Set<UInt32> = []
  var leftOut: UInt64 = 0

  /// The folder that was used last. It stays the right one as long as no folder and no link is
  /// removed, which is done only by `removeEntry` here.
  private var cached: (path: EntryPath, folder: SharedDescriptor)?
  /// Times of folders are set at the end: every entry made in a folder changes them.
  private var folderTimes: [(path: EntryPath, entry: TarEntry)] = []
  /// The regular files with content that this archive made, by inode.
  var filesWithContent: Set<UInt> = []
  /// Opaque folders that the caller is to mark, because this process may not; nil to mark them here.
  var opaqueFolders: [EntryPath]?
  /// What this archive made, for whiteouts that delete only what was there before it.
  var unpacked: Set<EntryPath> = []

  init(_ root: FileDescriptor, _ options: UnpackOptions) {
    self.root = root
    self.options = options
  }

  // MARK: Entries

  func unpack(_ entry: TarEntry, from reader: TarReader) throws(ArchiveError) {
    entryCount += 1
    guard let path = EntryPath(entry.path) else {
      throw .refused(path: entry.pathText, .pathEscapes)
    }
    users.insert(entry.user)
    groups.insert(entry.group)
    if path.isRoot {
      guard entry.kind == .directory else {
        throw .refused(path: entry.pathText, .replacesRoot)
      }
      return try unpackFolder(entry, path)
    }
    if options.whiteouts != .kept, let whiteout = try Whiteout(path) {
      return try apply(whiteout, entry)
    }
    if options.whiteouts == .deletion { unpacked.insert(path) }
    switch entry.kind {
    case .directory: try unpackFolder(entry, path)
    case .regular: try unpackFile(entry, path, from: reader)
    case .hardLink: try unpackHardLink(entry, path)
    case .symbolicLink: try unpackSymbolicLink(entry, path)
    case .character, .block, .fifo: try unpackNode(entry, path)
    }
  }

  /// Does what can be done only after the last entry.
  func finish() throws(ArchiveError) {
    cached = nil
    for (path, entry) in folderTimes {
      // What was a folder may since have been replaced by something else.
      guard let folder = try? openFolderItself(path) else { continue }
      try folder.lent.setTimes(entry, path.text)
    }
  }

  // MARK: Folders

  /// The folder at a path, which is made if it is missing, with those above.
  func folder(_ path: EntryPath) throws(ArchiveError) -> SharedDescriptor {
    if let cached, cached.path == path { return cached.folder }
    let folder: SharedDescriptor
    do throws(ArchiveError) {
      folder = SharedDescriptor(try root.openFolder(inRoot: path, walks: options.walks))
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory where !path.isRoot: folder = try makeMissingFolder(path)
      case .notDirectory:
        guard try replaceWhiteout(path) else {
          throw .refused(path: path.text, .parentNotDirectory)
        }
        folder = SharedDescriptor(try root.openFolder(inRoot: path, walks: options.walks))
      default: throw error
      }
    }
    cached = (path, folder)
    return folder
  }

  private func makeMissingFolder(_ path: EntryPath) throws(ArchiveError) -> SharedDescriptor {
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    do throws(ArchiveError) {
      try archiveCall("mkdir", path.text) {
        name.withCharacters { mkdirat(parent.lent.rawValue, $0, 0o755) }
      }
    } catch where error.errno == .fileExists {
      // A link that leads nowhere.
      throw .refused(path: path.text, .parentNotDirectory)
    }
    let folder = try parent.lent.openEntry(name, O_RDONLY | O_DIRECTORY)
    try setOwner(of: folder.lent, user: 0, group: 0, path)
    try archiveCall("fchmod", path.text) { fchmod(folder.number, 0o755) }
    return SharedDescriptor(folder)
  }

  /// Where a whiteout of this archive stands in a folder's place: what is below comes into a new folder
  /// through which nothing older is seen.
  private func replaceWhiteout(_ path: EntryPath) throws(ArchiveError) -> Bool {
    guard case .overlay = options.whiteouts, !path.isRoot else { return false }
    let parent = try folder(path.parent)
    let name = EntryName(path.name)
    guard let status = try parent.lent.entryStatus(name), status.isWhiteout else { return false }
    try unpackFolder(TarEntry(.directory, path.bytes, mode: 0o755), path)
    return true
  }

  func openFolderItself(_ path: EntryPath) throws(ArchiveError) -> OwnedDescriptor {
    if path.isRoot { return try root.openEntry(EntryName([0x2e]), O_RDONLY | O_DIRECTORY) }
    let parent = try folder(path.parent)
    return try parent.lent.openEntry(
      EntryName(path.name), O_RDONLY | O_DIRECTORY | O_NONBLOCK)
  }

  private func unpackFolder(_ entry: TarEntry, _ path: EntryPath) throws(ArchiveError) {
    var wasWhiteout = false
    if !path.isRoot {
      let parent = try folder(path.parent)
      let name = EntryName(path.name)
      try make(path, in: parent.lent, isFolder: true) { () throws(ArchiveError) in
        _ = try archiveCall("mkdir", path.text) {
          name.withCharacters { mkdirat(parent.lent.rawValue, $0, 0o700) }
        }
      } unlessExisting: { status in
        wasWhiteout = status.isWhiteout
        return status.isDirectory
      }
    }
    let folder = try openFolderItself(path)
    try setOwner(of: folder.lent, user: entry.user, group: entry.group, path)
    try archiveCall("fchmod", path.text) { fchmod(folder.number, mode_t(entry.mode)) }
    try setAttributes(of: folder.lent, entry, path)
    if wasWhiteout, case .overlay = options.whiteouts { try setOpaque(folder.lent, path) }
    folderTimes.append((path, entry))
  }

  // MARK: Places

  /// Makes an entry by `body`; what stands in its place is removed first, unless it may remain.
  ///
  /// - Parameters:
  ///   - isFolder: whether a folder is made.
  ///   - mayRemain: whether what exists already is what is wanted.
  func make(
    _ path: EntryPath, in parent: FileDescriptor, isFolder: Bool = false,
    _ body: () throws(ArchiveError) -> Void,
    unlessExisting mayRemain: (stat) -> Bool = { _ in false }
  ) throws(ArchiveError) {
    var attempts = 0
    while true {
      do throws(ArchiveError) {
        return try body()
      } catch where error.errno == .fileExists && attempts < 8 {
        attempts += 1
        guard let status = try parent.entryStatus(EntryName(path.name)) else { continue }
        if mayRemain(status) { return }
        if !options.replacesOtherKinds, status.isDirectory || isFolder {
          throw .system(
            SystemError("open", path.text, isFolder ? .notDirectory : .isDirectory))
        }
        try removeEntry(path, status, in: parent)
      }
    }
  }

  /// Removes what stands at a path.
  func removeEntry(
    _ path: EntryPath, _ status: stat, in parent: FileDescriptor
  ) throws(ArchiveError) {
    // Folders and links lead to other folders: what was known of paths is so no more.
    if status.isDirectory || status.format == S_IFLNK { cached = nil }
    if status.isDirectory ? !filesWithContent.isEmpty : filesWithContent.contains(status.st_ino) {
      recorder?.lostContent()
    }
    try parent.removeEntry(EntryName(path.name))
  }
}
