import LinuxSystem

/// A folder beside the layers that is being filled and is no layer yet. It is locked as long as this
/// object (or a child process with its descriptor) lives; what nobody has locked is swept away.
public final class StagedLayer {
  /// The folder to unpack into: empty with overlay, a copy of the parent's files with vfs.
  public let folder: String
  /// Where the tar-split data is to be written (JSON lines, gzip), readable by its owner alone.
  public let tarSplitPath: String
  /// What is moved into the place of layers, with the folder in it or the same.
  let layerPath: String
  /// The driver's folder can be a mount of its own, from which nothing can be moved to the records: what
  /// goes there is staged there.
  let temporaries: [TemporaryFolder]

  init(
    _ temporary: TemporaryFolder, layerPath: String, folder: String, beside: TemporaryFolder
  ) {
    temporaries = [temporary, beside]
    self.layerPath = layerPath
    self.folder = folder
    tarSplitPath = "\(beside.path)/tar-split.gz"
  }
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
