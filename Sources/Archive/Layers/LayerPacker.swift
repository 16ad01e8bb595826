public import SystemPackage

/// Packs a folder, or what changed in it, into a tar stream as Docker and podman lay layers out.
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
  /// Every path gets this in front, and the folder itself becomes an entry of that name.
  public var prefix: [UInt8] = []

  public init() {}

  /// Writes the archive, and finishes the sink. A file that vanishes or shrinks meanwhile is left out or
  /// filled up with zeros.
  public func pack(_ content: Content, to sink: any ByteSink) throws(ArchiveError) {
    throw .truncated(.tar)
  }
}

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
    throw .truncated(.tar)
  }

  /// The changes from one folder to another, in the order of paths.
  public static func between(
    _ old: FileDescriptor, _ new: FileDescriptor
  ) throws(ArchiveError) -> [LayerChange] {
    throw .truncated(.tar)
  }
}
