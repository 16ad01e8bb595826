import Archive
import EngineConfig
import HelperProtocols
public import ImageSpec
public import LinuxSystem
import Storage
public import SystemPackage

extension Images {
  /// What an archive of files becomes an image with.
  public struct ImportOptions: Sendable {
    /// The name of the image; nil for none.
    public var name: String?
    /// A line of its history.
    public var message: String?
    /// Instructions as `ImageChange` takes them.
    public var changes: [String] = []
    public var platform = Platform.host
    /// What the archive is called, for the history.
    public var source = "-"

    public init() {}
  }

  /// A file of the web, in a file without a name, at its beginning.
  public func download(_ address: String) throws -> OwnedDescriptor {
    let configuration = engine.configuration
    let wanted =
      configuration.environment["TMPDIR"] ?? configuration.containersConf.engine.imageCopyFolder
    // containers.conf may say `storage` in a folder's place.
    let folder = wanted.hasPrefix("/") ? wanted : configuration.storeOptions.graphRoot
    let file = try openFile(folder, [.readWrite, .unnamed], mode: 0o600)
    var request = TransferRequest(.fetch)
    request.source = address
    _ = try TransferProcess.run(request, configuration, output: file.lent) { _ in }
    try file.lent.rewind()
    return file
  }

  /// Makes an image of one layer of an archive of files, which may be compressed.
  ///
  /// - Parameter archive: is read to its end.
  /// - Returns: the image's id.
  public func importArchive(
    _ archive: FileDescriptor, _ options: ImportOptions = ImportOptions()
  ) throws -> String {
    let changes = try options.changes.map { (text) throws(EngineError) in try ImageChange(text) }
    let name = try options.name.map(newName)
    var configuration = ImageConfiguration(platform: options.platform)
    for change in changes { try change.apply(to: &configuration) }
    let store = try engine.store
    let layer = try LayerIntake(store: store).layer(over: nil, archive: archive)
    guard let contents = layer.contents, let digest = Digest(contents.diffDigest) else {
      throw EngineError.failed("import", reason: "the layer has no digest")
    }
    let created = Timestamp.now().rfc3339
    var entry = ImageConfiguration.HistoryEntry()
    entry.created = created
    entry.createdBy = "/bin/sh -c #(nop) ADD file:\(digest.hex) in /"
    entry.comment = options.message ?? "imported from tarball"
    configuration.created = created
    configuration.history = [entry]
    configuration.rootfs = ImageConfiguration.RootFilesystem(diffIDs: [digest])
    try store.commit([layer])
    let id: String
    do {
      id = try ImageAssembly(
        store: store, configuration: configuration, layers: [contents], topLayer: layer.id,
        names: name.map { [$0] } ?? []
      ).create()
    } catch {
      try? store.deleteLayer(layer.id)
      throw error
    }
    engine.events.emit(.image(.import, id: id, name: name ?? options.source))
    return id
  }
}
