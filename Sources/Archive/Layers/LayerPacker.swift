internal import CLinux
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// Packs a folder, or what changed in it, into a tar stream as podman lays layers out: entries in the
/// order of their names, times in whole seconds, numbers for owners, whiteouts as the OCI image
/// specification has them.
public struct LayerPacker {
  /// What of a folder is packed.
  public enum Content {
    /// All of it. With `overlay`, overlay's whiteouts and opaque folders become those of OCI.
    case folder(FileDescriptor, overlay: UnpackOptions.OverlayAttributes?)
    /// What differs from an older folder; what is gone becomes whiteouts.
    case difference(FileDescriptor, from: FileDescriptor)
  }

  /// From the numbers on disk to those in the archive: the same mapping as for unpacking.
  public var owners: OwnerMapping = .identity
  /// Every entry gets this time instead of its own.
  public var modified: TarTime?
  /// Whether the folder itself becomes an entry too, `./`.
  public var includesRoot = false
  /// Every path gets this in front, without a slash at its end. Links within the archive do, too.
  public var prefix: [UInt8] = []

  public init() {}

  /// Writes the archive, and finishes the sink. A file that vanishes meanwhile is left out; one that
  /// shrinks is filled up with zeros. Sockets are left out.
  public func pack(_ content: Content, to sink: any ByteSink) throws(ArchiveError) {
    let session = PackSession(self, TarWriter(to: sink))
    switch content {
    case .folder(let folder, let overlay):
      session.opaqueAttribute = overlay?.opaque
      if includesRoot { try session.add(folder, EntryName([0x2e]), .root) }
      try session.addContent(of: folder, .root)
    case .difference(let folder, let older):
      if includesRoot { try session.add(folder, EntryName([0x2e]), .root) }
      try session.addDifferences(of: folder, from: older, .root)
    }
    try session.writer.finish()
  }

  /// Writes some entries of a folder by their paths, each without what is below it, and finishes the sink.
  /// What is not there any more is left out.
  public func pack(
    paths: [[UInt8]], of folder: FileDescriptor, to sink: any ByteSink
  ) throws(ArchiveError) {
    let session = PackSession(self, TarWriter(to: sink))
    for bytes in paths {
      guard let path = EntryPath(bytes), !path.isRoot else { continue }
      do throws(ArchiveError) {
        var parent = SharedDescriptor(try folder.openEntry(EntryName([0x2e]), O_PATH | O_DIRECTORY))
        for name in path.parent.bytes.split(separator: UInt8(ascii: "/")) {
          parent = SharedDescriptor(
            try parent.lent.openEntry(EntryName(name), O_PATH | O_DIRECTORY))
        }
        try session.add(parent.lent, EntryName(path.name), path)
      } catch where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
        continue
      }
    }
    try session.writer.finish()
  }

  /// Writes what is in a folder, with all below it, with paths from the folder on.
  public func pack(contentsOf folder: FileDescriptor, to writer: TarWriter) throws(ArchiveError) {
    try PackSession(self, writer).addContent(of: folder, .root)
  }

  /// Writes one file, folder or link with all below it, under the given name. For copies out of a
  /// container; overlay's whiteouts are not seen through.
  ///
  /// - Parameters:
  ///   - parent: the folder that has the entry, lent.
  ///   - entry: its name there.
  ///   - name: its path in the archive.
  public func pack(
    entry: [UInt8], of parent: FileDescriptor, as name: [UInt8], to writer: TarWriter
  ) throws(ArchiveError) {
    let session = PackSession(self, writer)
    guard let path = EntryPath(name) else {
      throw .refused(path: String(decoding: name, as: UTF8.self), .pathEscapes)
    }
    try session.addTree(parent, EntryName(entry), path)
  }
}

/// The packing of one archive.
final class PackSession {
  let writer: TarWriter
  private let options: LayerPacker
  /// The attribute that makes a folder of overlay opaque; nil where whiteouts are nothing special.
  var opaqueAttribute: String?
  /// The first path of each file with several names.
  private var firstNames: [FileIdentity: [UInt8]] = [:]

  struct FileIdentity: Hashable {
    var device: UInt
    var inode: UInt
  }

  init(_ options: LayerPacker, _ writer: TarWriter) {
    self.options = options
    self.writer = writer
  }

  // MARK: Trees

  func addContent(of folder: FileDescriptor, _ path: EntryPath) throws(ArchiveError) {
    for name in try folder.sortedNames(path.text) {
      try addTree(folder, EntryName(name), path.appending(name))
    }
  }

  /// Adds an entry with all below it.
  func addTree(
    _ parent: FileDescriptor, _ name: EntryName, _ path: EntryPath
  ) throws(ArchiveError) {
    guard let status = try add(parent, name, path), status.isDirectory else { return }
    let folder = try parent.openEntry(name, O_RDONLY | O_DIRECTORY)
    if let opaqueAttribute, folder.lent.extendedAttribute(opaqueAttribute) == [UInt8(ascii: "y")] {
      try addWhiteout(path.appending(Whiteout.opaqueName), status)
    }
    if try folder.lent.isKernelFileSystem(path, device: status.st_dev, below: parent) { return }
    try addContent(of: folder.lent, path)
  }

  /// Adds what a folder has otherwise than an older one.
  func addDifferences(
    of folder: FileDescriptor, from older: FileDescriptor, _ path: EntryPath
  ) throws(ArchiveError) {
    let difference = TreeDifference { (change) throws(ArchiveError) in
      switch change {
      case .added(let parent, let name, let path), .changed(let parent, let name, let path):
        try self.add(parent, name, path)
      case .deleted(let path):
        try self.addWhiteout(path.parent.appending(Whiteout.prefix + Array(path.name)), nil)
      }
    }
    try difference.compare(older, folder, path)
  }

  // MARK: Entries

  /// Adds one entry.
  ///
  /// - Returns: what it is; nil for one that was left out.
  @discardableResult
  func add(
    _ parent: FileDescriptor, _ name: EntryName, _ path: EntryPath
  ) throws(ArchiveError) -> stat? {
    guard var status = try parent.entryStatus(name), status.format != S_IFSOCK else { return nil }
    if opaqueAttribute != nil, status.isWhiteout {
      try addWhiteout(path.parent.appending(Whiteout.prefix + Array(path.name)), status)
      return status
    }
    var opened: SharedDescriptor?
    if status.format == S_IFREG || status.isDirectory {
      do throws(ArchiveError) {
        let file = SharedDescriptor(try parent.openEntry(name, O_RDONLY | O_NONBLOCK))
        // It may have been replaced since: what was opened counts.
        status = try file.lent.openStatus(path.text)
        guard status.format == S_IFREG || status.isDirectory else { return nil }
        opened = file
      } catch
        where error.errno == .noSuchFileOrDirectory
        || error.errno == .tooManySymbolicLinkLevels
      {
        return nil
      }
    }
    var entry = try self.entry(status, path)
    if entry.kind == .symbolicLink {
      do throws(ArchiveError) {
        entry.linkTarget = try parent.entryLinkTarget(name)
      } catch {
        guard error.errno == .noSuchFileOrDirectory else { throw error }
        return nil
      }
    }
    if let opened { entry.extendedAttributes = attributes(of: opened.lent) }
    if !status.isDirectory, status.st_nlink > 1 {
      let identity = FileIdentity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
      if let first = firstNames[identity] {
        entry.kind = .hardLink
        entry.linkTarget = first
        entry.size = 0
        entry.extendedAttributes = []
      } else {
        firstNames[identity] = entry.path
      }
    }
    try writer.write(entry)
    if entry.kind == .regular, let opened { try writeContent(of: opened.lent, entry.size, path) }
    return status
  }

  private func entry(_ status: stat, _ path: EntryPath) throws(ArchiveError) -> TarEntry {
    let kind: TarEntry.Kind
    switch status.format {
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symbolicLink
    case S_IFCHR: kind = .character
    case S_IFBLK: kind = .block
    case S_IFIFO: kind = .fifo
    default: kind = .regular
    }
    guard let user = options.owners.containerUser(status.st_uid),
      let group = options.owners.containerGroup(status.st_gid)
    else { throw .unmappedOwner(path: path.text, user: status.st_uid, group: status.st_gid) }
    var entry = TarEntry(
      kind, archivePath(path, isFolder: kind == .directory), mode: status.st_mode,
      user: user, group: group, size: kind == .regular ? UInt64(clamping: status.st_size) : 0,
      modified: options.modified ?? TarTime(seconds: Int64(status.st_mtim.tv_sec)))
    if kind == .character || kind == .block {
      entry.device = DeviceNumber(
        major: clinux_major(status.st_rdev), minor: clinux_minor(status.st_rdev))
    }
    return entry
  }

  private func archivePath(_ path: EntryPath, isFolder: Bool) -> [UInt8] {
    var bytes = options.prefix
    if !bytes.isEmpty, !path.isRoot { bytes.append(UInt8(ascii: "/")) }
    bytes += path.bytes
    if bytes.isEmpty { bytes = [UInt8(ascii: ".")] }
    if isFolder { bytes.append(UInt8(ascii: "/")) }
    return bytes
  }

  private func attributes(of file: FileDescriptor) -> [ExtendedAttribute] {
    file.extendedAttributeNames().filter {
      $0 == "security.capability" || $0.hasPrefix("user.") && !$0.hasPrefix("user.overlay.")
    }.sorted().compactMap { name in
      file.extendedAttribute(name).map { ExtendedAttribute(name, $0) }
    }
  }

  private func writeContent(
    of file: FileDescriptor, _ size: UInt64, _ path: EntryPath
  ) throws(ArchiveError) {
    let source = DescriptorSource(
      file, subject: path.text, bufferSize: Int(clamping: min(max(size, 1), 1 << 18)))
    var left = size
    while left > 0 {
      let piece = try source.next(Int(clamping: min(left, 1 << 18)))
      if piece.isEmpty { return try writer.fillContent() }
      try writer.writeContent(piece)
      left -= UInt64(piece.count)
    }
  }

  /// Adds a whiteout, which is an empty file.
  ///
  /// - Parameter status: what it is made of: a device, or an opaque folder; nil for what is gone.
  private func addWhiteout(_ path: EntryPath, _ status: stat?) throws(ArchiveError) {
    var entry = TarEntry(
      .regular, archivePath(path, isFolder: false), mode: 0,
      modified: options.modified ?? TarTime(seconds: 0))
    if let status {
      entry.user = options.owners.containerUser(status.st_uid) ?? 0
      entry.group = options.owners.containerGroup(status.st_gid) ?? 0
      entry.mode = status.st_mode & 0o777
      if !status.isDirectory, options.modified == nil {
        entry.modified = TarTime(seconds: Int64(status.st_mtim.tv_sec))
      }
    }
    try writer.write(entry)
  }
}
