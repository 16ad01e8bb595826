/// Something in a store that is not as it has to be.
public struct StoreFinding: Equatable, Sendable {
  /// What a finding is about, by its id.
  public enum Object: Equatable, Hashable, Sendable {
    case layer(String)
    case image(String)
    case container(String)
    /// A file or folder that belongs to none of these.
    case path(String)
  }

  public enum Problem: Equatable, Sendable {
    /// The record cannot be read.
    case unreadable(reason: String)
    /// A layer's folder is gone.
    case filesMissing
    /// A layer stands on one that is not there.
    case parentMissing(String)
    /// An image or a container needs a layer that is not there, or damaged.
    case layerMissing(String)
    case layerDamaged(String)
    /// A container's image is not there.
    case imageMissing(String)
    /// One of the files that are kept with an image is gone, or not what was written.
    case dataMissing(String)
    case dataChanged(String)
    /// The files of a layer do not give the archive that it was unpacked from.
    case contentsChanged(reason: String)
    /// No record names it: a crash left it behind.
    case unrecorded
    /// No image, container or layer needs the layer any more.
    case unneeded
  }

  public var object: Object
  public var problem: Problem
  /// Whether it stands in a read-only store, and cannot be mended from here.
  public var isReadOnly = false
}

extension StoreFinding.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let reason): "the record cannot be read: \(reason)"
    case .filesMissing: "the files are gone"
    case .parentMissing(let id): "the layer below, \(id), is missing"
    case .layerMissing(let id): "layer \(id) is missing"
    case .layerDamaged(let id): "layer \(id) is damaged"
    case .imageMissing(let id): "image \(id) is missing"
    case .dataMissing(let name): "the file \(name) is missing"
    case .dataChanged(let name): "the file \(name) is not what was stored"
    case .contentsChanged(let reason): "the files are not what was unpacked: \(reason)"
    case .unrecorded: "no record names it"
    case .unneeded: "no image, container or layer needs it"
    }
  }
}

/// What a repair took away.
public struct StoreRepair: Equatable, Sendable {
  public var layers: [String] = []
  public var images: [String] = []
  public var containers: [String] = []
  public var paths: [String] = []
}
