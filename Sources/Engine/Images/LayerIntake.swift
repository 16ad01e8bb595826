import Archive
import LinuxSystem
import Storage
import SystemPackage

/// New layers of the store, made of archives: unpacked by a confined process into a staged folder, with
/// the tar-split data by which the same archive can be written again.
struct LayerIntake {
  let store: Store
  /// The owners that the archive's numbers become on disk.
  var owners = OwnerMapping.identity

  /// A layer of what `body` writes, as it writes it.
  func layer(
    over parent: String?, _ body: (any ByteSink) throws -> Void
  ) throws -> LayerCommit {
    // Where the unpacking process gives up, the write fails, and `finish` tells why.
    try Signal.pipe.ignore()
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let end = pipe.writing.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    var writing: SharedDescriptor? = SharedDescriptor(end)
    return try layer(over: parent, from: reading) {
      if let open = writing { try body(DescriptorSink(open.lent, subject: "layer")) }
      writing = nil
    }
  }

  /// A layer of an archive, compressed or not, to whose end the descriptor is read.
  func layer(over parent: String?, archive: FileDescriptor) throws -> LayerCommit {
    try layer(over: parent, from: archive.duplicated()) {}
  }

  private func layer(
    over parent: String?, from input: consuming OwnedDescriptor, feeding feed: () throws -> Void
  ) throws -> LayerCommit {
    let staged = try store.stageLayer(parent: parent)
    do {
      let report = try unpack(input, into: staged, feeding: feed)
      let digest = report.diffID.description
      if !report.isReproducible { try removeTree(staged.tarSplitPath) }
      return LayerCommit(
        staged: staged, id: Store.layerID(parent: parent, diffDigest: digest), parent: parent,
        contents: LayerContents(report))
    } catch {
      store.discard(staged)
      throw error
    }
  }

  private func unpack(
    _ input: consuming OwnedDescriptor, into staged: StagedLayer, feeding feed: () throws -> Void
  ) throws -> UnpackReport {
    let folder = try openFile(staged.folder, [.readOnly, .directory])
    let split = try openFile(
      staged.tarSplitPath, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    let unpack = try ConfinedUnpack.start(
      input.lent, into: folder.lent, tarSplit: split.lent, options)
    try input.close()
    do {
      try feed()
    } catch let error as ArchiveError {
      guard case .system(let system) = error, system.errno == .brokenPipe else {
        unpack.cancel()
        throw error
      }
    } catch {
      unpack.cancel()
      throw error
    }
    return try unpack.finish()
  }

  private var options: UnpackOptions {
    var options = store.unpackOptions
    options.owners = owners
    return options
  }
}
