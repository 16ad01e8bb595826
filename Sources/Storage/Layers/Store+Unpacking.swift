public import Archive
import EngineConfig
import LinuxSystem

extension Store {
  /// How an archive is unpacked into the folders that `stageLayer` gives out.
  public var unpackOptions: UnpackOptions {
    var isInside = options.isRootless || CurrentProcess.isInUserNamespace
    var unpacking: UnpackOptions
    switch whiteoutFormat {
    case .overlay(let isUserNamespace):
      unpacking = UnpackOptions(whiteouts: .overlay(isUserNamespace ? .user : .trusted))
      isInside = isInside || isUserNamespace
    case .delete: unpacking = UnpackOptions(whiteouts: .deletion)
    }
    unpacking.skipsDevices = isInside
    unpacking.skipsForbiddenAttributes = isInside
    unpacking.ignoresOwnerFailures =
      driverName == "vfs" ? options.vfs.ignoresOwnerErrors : options.overlay.ignoresOwnerErrors
    return unpacking
  }
}

extension LayerContents {
  /// What is known of a layer once its archive is unpacked.
  public init(_ report: UnpackReport) {
    let compression: LayerCompression =
      switch report.compression {
      case .none: .none
      case .gzip: .gzip
      case .zstd: .zstd
      case .bzip2: .bzip2
      case .xz: .xz
      }
    self.init(
      compressedDigest: report.compressedDigest.description,
      compressedSize: Int64(clamping: report.compressedSize), compression: compression,
      diffDigest: report.diffID.description, diffSize: Int64(clamping: report.uncompressedSize),
      users: report.users, groups: report.groups)
  }
}
