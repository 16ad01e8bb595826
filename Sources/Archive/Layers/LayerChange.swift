internal import CLinux
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// A difference between two states of a file tree, as `podman diff` lists it.
public struct LayerChange: Equatable, Sendable {
  public enum Kind: String, Equatable, Sendable {
    case added = "A"
    case changed = "C"
    case deleted = "D"
  }

  public var kind: Kind
  /// From the root, with a slash in front.
  public var path: [UInt8]

  /// The path for people to read.
  public var pathText: String { String(decoding: path, as: UTF8.self) }

  public init(_ kind: Kind, _ path: [UInt8]) {
    self.kind = kind
    self.path = path
  }

  init(_ kind: Kind, _ path: EntryPath) {
    self.init(kind, [UInt8(ascii: "/")] + path.bytes)
  }

  /// The changes from one folder to another, in the order of paths.
  public static func between(
    _ old: FileDescriptor, _ new: FileDescriptor
  ) throws(ArchiveError) -> [LayerChange] {
    var changes: [LayerChange] = []
    let difference = TreeDifference { (change) throws(ArchiveError) in
      switch change {
      case .added(_, _, let path):
        // A folder in the place of a file.
        if changes.last == LayerChange(.deleted, path) { changes.removeLast() }
        changes.append(LayerChange(.added, path))
      case .changed(_, _, let path): changes.append(LayerChange(.changed, path))
      case .deleted(let path): changes.append(LayerChange(.deleted, path))
      }
    }
    try difference.compare(old, new, .root)
    return changes
  }

  /// The changes that an overlay's upper folder makes to the folders below it, in the order of paths.
  ///
  /// - Parameters:
  ///   - upper: the folder with the changes, lent.
  ///   - lower: the folders below it, the uppermost first, lent.
  ///   - attributes: the class of overlay's attributes.
  public static func overlay(
    upper: FileDescriptor, over lower: [FileDescriptor],
    _ attributes: UnpackOptions.OverlayAttributes
  ) throws(ArchiveError) -> [LayerChange] {
    var walk = OverlayWalk(opaque: attributes.opaque)
    try walk.visit(upper, lower.map { LowerFolder($0) }, .root)
    return walk.changes
  }
}

/// A folder of a lower layer: lent, or opened on the way.
private struct LowerFolder {
  let descriptor: FileDescriptor
  private let owner: SharedDescriptor?

  init(_ lent: FileDescriptor) {
    descriptor = lent
    owner = nil
  }

  init(_ owned: consuming OwnedDescriptor) {
    let owner = SharedDescriptor(owned)
    descriptor = owner.lent
    self.owner = owner
  }
}

/// What of the lower layers shows through at a path.
private struct OverlayWalk {
  let opaque: String
  var changes: [LayerChange] = []

  mutating func visit(
    _ upper: FileDescriptor, _ lower: [LowerFolder], _ path: EntryPath
  ) throws(ArchiveError) {
    for name in try upper.sortedNames(path.text) {
      let entry = EntryName(name)
      let place = path.appending(name)
      guard let status = try upper.entryStatus(entry) else { continue }
      let (older, folders) = try self.lower(entry, lower)
      if status.isWhiteout {
        if older != nil { changes.append(LayerChange(.deleted, place)) }
        continue
      }
      guard status.isDirectory else {
        changes.append(LayerChange(older == nil ? .added : .changed, place))
        continue
      }
      let folder = try upper.openEntry(entry, O_RDONLY | O_DIRECTORY)
      let isOpaque = folder.lent.extendedAttribute(opaque) == [UInt8(ascii: "y")]
      let position = changes.count
      if isOpaque { try visitDeleted(folder.lent, folders, place) }
      try visit(folder.lent, folders, place)
      if let older, older.isDirectory, changes.count == position, !isOpaque,
        older.st_mode == status.st_mode, older.st_uid == status.st_uid,
        older.st_gid == status.st_gid, older.hasSameTime(as: status)
      {
        continue  // copied up, and nothing was changed
      }
      changes.insert(LayerChange(older == nil ? .added : .changed, place), at: position)
    }
  }

  /// What an opaque folder hides of the lower layers, and does not have itself.
  private mutating func visitDeleted(
    _ folder: FileDescriptor, _ lower: [LowerFolder], _ path: EntryPath
  ) throws(ArchiveError) {
    var names: Set<[UInt8]> = []
    for layer in lower { names.formUnion(try layer.descriptor.sortedNames(path.text)) }
    for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard try folder.entryStatus(EntryName(name)) == nil else { continue }
      if try self.lower(EntryName(name), lower).status != nil {
        changes.append(LayerChange(.deleted, path.appending(name)))
      }
    }
  }

  /// The uppermost entry of this name, and the folders of this name that are merged.
  private func lower(
    _ name: EntryName, _ layers: [LowerFolder]
  ) throws(ArchiveError) -> (status: stat?, folders: [LowerFolder]) {
    var first: stat?
    var folders: [LowerFolder] = []
    for layer in layers {
      guard let status = try layer.descriptor.entryStatus(name) else { continue }
      if status.isWhiteout { break }
      if first == nil { first = status }
      guard status.isDirectory else { break }
      let folder = try layer.descriptor.openEntry(name, O_RDONLY | O_DIRECTORY)
      let isOpaque = folder.lent.extendedAttribute(opaque) == [UInt8(ascii: "y")]
      folders.append(LowerFolder(folder))
      if isOpaque { break }
    }
    return (first, folders)
  }
}
