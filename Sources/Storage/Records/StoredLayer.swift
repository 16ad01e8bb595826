/// A layer of the store, as overlay-layers/layers.json records it.
public struct StoredLayer: Equatable, Sendable {
  /// 64 hexadecimal digits. Those of an image's layers follow from their contents: `Store.layerID`.
  public var id: String
  public var names: [String] = []
  /// The layer on which this one stands.
  public var parent: String?
  /// RFC 3339.
  public var created: String
  /// SELinux's label of the mount.
  public var mountLabel: String?
  /// What the layer was unpacked from; nil for containers' layers.
  public var contents: LayerContents?
  /// The ids that its files have, where they are not those of the archive.
  public var mappings = IDMappings()
  /// Whether it stands in a read-only store.
  public var isReadOnly = false
  /// Whether its record is lost at a reboot.
  public var isVolatile = false
}

/// How the archive of a layer was compressed, by the numbers that stores record.
public enum LayerCompression: Int, Sendable {
  case none = 0, bzip2, gzip, xz, zstd
}

/// What is known of the archive that a layer was unpacked from.
public struct LayerContents: Equatable, Sendable {
  /// `sha256:…` of the archive as it came, and its bytes.
  public var compressedDigest: String?
  public var compressedSize: Int64?
  public var compression: LayerCompression
  /// `sha256:…` of the uncompressed archive (the diff id), and its bytes.
  public var diffDigest: String
  public var diffSize: Int64
  /// Every user and group id that occurs in it, ascending.
  public var users: [UInt32]
  public var groups: [UInt32]

  public init(
    compressedDigest: String?, compressedSize: Int64?, compression: LayerCompression,
    diffDigest: String, diffSize: Int64, users: [UInt32], groups: [UInt32]
  ) {
    self.compressedDigest = compressedDigest
    self.compressedSize = compressedSize
    self.compression = compression
    self.diffDigest = diffDigest
    self.diffSize = diffSize
    self.users = users
    self.groups = groups
  }
}
