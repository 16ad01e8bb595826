internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The differences from one folder to another, found by what stat(2) says, as podman and docker do: a file
/// whose size, times, owner, mode, device and capability are the same counts as the same.
struct TreeDifference {
  enum Change {
    /// The entry, in the newer folder.
    case added(FileDescriptor, EntryName, EntryPath)
    case changed(FileDescriptor, EntryName, EntryPath)
    case deleted(EntryPath)
  }

  private let report: (Change) throws(ArchiveError) -> Void

  /// - Parameter report: gets the changes; a folder comes before what is in it, and is `changed` too if
  ///   only something in it did.
  init(_ report: @escaping (Change) throws(ArchiveError) -> Void) { self.report = report }

  func compare(
    _ old: FileDescriptor, _ new: FileDescriptor, _ path: EntryPath
  ) throws(ArchiveError) {
    _ = try compare(old, new, path) { () throws(ArchiveError) in }
  }

  /// - Parameter announce: reports the folder itself; called once, before its first change.
  private func compare(
    _ old: FileDescriptor, _ new: FileDescriptor, _ path: EntryPath,
    _ announce: () throws(ArchiveError) -> Void
  ) throws(ArchiveError) -> Bool {
    var isAnnounced = false
    func announceOnce() throws(ArchiveError) {
      if !isAnnounced { try announce() }
      isAnnounced = true
    }
    let oldNames = try old.sortedNames(path.text)
    let newNames = try new.sortedNames(path.text)
    let remaining = Set(newNames)
    // In one order, so that the result is sorted by path.
    for name in Set(oldNames).union(newNames).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let entry = EntryName(name)
      let place = path.appending(name)
      let oldStatus = try old.entryStatus(entry)
      guard remaining.contains(name), let newStatus = try new.entryStatus(entry) else {
        if oldStatus != nil {
          try announceOnce()
          try report(.deleted(place))
        }
        continue
      }
      guard let oldStatus, oldStatus.isDirectory == newStatus.isDirectory else {
        try announceOnce()
        if oldStatus != nil, newStatus.isDirectory {
          // What was a file must not be merged with the folder's content.
          try report(.deleted(place))
        }
        try reportAdded(new, entry, place, newStatus)
        continue
      }
      let differs = try isDifferent(old, new, entry, oldStatus, newStatus)
      if differs {
        try announceOnce()
        try report(.changed(new, entry, place))
      }
      guard newStatus.isDirectory else { continue }
      let oldFolder = try old.openEntry(entry, O_RDONLY | O_DIRECTORY)
      let newFolder = try new.openEntry(entry, O_RDONLY | O_DIRECTORY)
      _ = try compare(oldFolder.lent, newFolder.lent, place) { () throws(ArchiveError) in
        guard !differs else { return }
        try announceOnce()
        try report(.changed(new, entry, place))
      }
    }
    return isAnnounced
  }

  private func reportAdded(
    _ parent: FileDescriptor, _ name: EntryName, _ path: EntryPath, _ status: stat
  ) throws(ArchiveError) {
    try report(.added(parent, name, path))
    guard status.isDirectory else { return }
    let folder = try parent.openEntry(name, O_RDONLY | O_DIRECTORY)
    for child in try folder.lent.sortedNames(path.text) {
      let entry = EntryName(child)
      guard let status = try folder.lent.entryStatus(entry) else { continue }
      try reportAdded(folder.lent, entry, path.appending(child), status)
    }
  }

  private func isDifferent(
    _ oldFolder: FileDescriptor, _ newFolder: FileDescriptor, _ name: EntryName, _ old: stat,
    _ new: stat
  ) throws(ArchiveError) -> Bool {
    if old.st_mode != new.st_mode || old.st_uid != new.st_uid || old.st_gid != new.st_gid
      || old.st_rdev != new.st_rdev
    {
      return true
    }
    if new.isDirectory { return false }
    if old.st_size != new.st_size || !old.hasSameTime(as: new) { return true }
    guard new.format == S_IFREG else {
      return new.format == S_IFLNK
        ? try oldFolder.entryLinkTarget(name) != newFolder.entryLinkTarget(name) : false
    }
    let capability = "security.capability"
    let oldFile = try oldFolder.openEntry(name, O_RDONLY | O_NONBLOCK)
    let newFile = try newFolder.openEntry(name, O_RDONLY | O_NONBLOCK)
    return oldFile.lent.extendedAttribute(capability) != newFile.lent.extendedAttribute(capability)
  }
}

extension stat {
  /// Whether the times of change are equal, the part of a second too where both have one: archives
  /// have whole seconds.
  func hasSameTime(as other: stat) -> Bool {
    st_mtim.tv_sec == other.st_mtim.tv_sec
      && (st_mtim.tv_nsec == other.st_mtim.tv_nsec || st_mtim.tv_nsec == 0
        || other.st_mtim.tv_nsec == 0)
  }
}
