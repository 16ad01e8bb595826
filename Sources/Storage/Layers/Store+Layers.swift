/// Where the files of a layer stand, for whoever packs them into an archive or looks for changes.
public enum LayerFiles: Equatable, Sendable {
  /// overlay: only what the layer changes, with overlayfs's whiteouts and opaque marks; and the folders
  /// of the layers below, the topmost first.
  case changes(folder: String, below: [String])
  /// vfs: everything; and the folder of the parent, likewise with everything.
  case whole(folder: String, parent: String?)
}

/// A layer to be recorded: a staged folder that has been filled, and what is known of its archive.
public struct LayerCommit {
  public var staged: StagedLayer
  /// `Store.layerID` of the parent and the contents; any 64 hexadecimal digits where there are no contents.
  public var id: String
  public var parent: String?
  public var contents: LayerContents?

  public init(staged: StagedLayer, id: String, parent: String?, contents: LayerContents?) {
    self.staged = staged
    self.id = id
    self.parent = parent
    self.contents = contents
  }
}

/// A folder beside the layers that is being filled and is no layer yet. It is locked as long as this
/// object (or a child process with its descriptor) lives; what nobody has locked is swept away.
public final class StagedLayer {
  /// The folder to unpack into: empty with overlay, a copy of the parent's files with vfs.
  public let folder: String
  /// Where the tar-split data is to be written (JSON lines, gzip), readable by its owner alone.
  public let tarSplitPath: String

  init(folder: String, tarSplitPath: String) {
    self.folder = folder
    self.tarSplitPath = tarSplitPath
  }
}

/// How an archive's deletions are written into a layer's folder.
public enum WhiteoutFormat: Sendable {
  /// overlayfs's: a character device 0:0; `trusted.overlay.opaque` on a folder, or `user.overlay.opaque`
  /// in a user namespace.
  case overlay(isUserNamespace: Bool)
  /// Whiteouts of the archive delete what stands in the folder.
  case delete
}

extension Store {
  /// How deletions are written into the folders that `stageLayer` gives out.
  public var whiteoutFormat: WhiteoutFormat { .delete }

  /// Whether a layer can be staged before its parent is committed (overlay: several at once).
  public var stagesIndependently: Bool { true }

  /// The id of a layer that holds these contents: containers/image's rule, which all engines share.
  ///
  /// - Parameter diffDigest: `sha256:…` of the uncompressed archive.
  public static func layerID(parent: String?, diffDigest: String) -> String { "" }

  /// A new folder for the files of a layer.
  ///
  /// - Parameter parent: needed only where layers are not independent.
  public func stageLayer(parent: String? = nil) throws -> StagedLayer { throw unfinished() }

  /// Records layers whose folders are full, parents before their children, all together or none. One
  /// that the store has already stays as it is and its staged folder goes.
  @discardableResult
  public func commit(_ layers: [LayerCommit]) throws -> [StoredLayer] { throw unfinished() }

  /// Gives a staged folder up. Otherwise the next command does.
  public func discard(_ staged: StagedLayer) {}

  /// Every layer of this store and of the read-only ones.
  public func layers() throws -> Listing<StoredLayer> { throw unfinished() }

  /// The layer with this id.
  public func layer(_ id: String) throws -> StoredLayer? { throw unfinished() }

  /// Layers that were unpacked from an archive of this digest, compressed or not.
  public func layers(digest: String) throws -> [StoredLayer] { throw unfinished() }

  /// A layer and all below it, the topmost first.
  public func chain(ofLayer id: String) throws -> [StoredLayer] { throw unfinished() }

  /// The file with a layer's tar-split data; nil where it has none.
  public func tarSplitPath(ofLayer id: String) throws -> String? { throw unfinished() }

  /// Where a layer's files stand.
  public func files(ofLayer id: String) throws -> LayerFiles { throw unfinished() }

  /// Removes a layer on which nothing stands.
  public func deleteLayer(_ id: String) throws { throw unfinished() }
}
