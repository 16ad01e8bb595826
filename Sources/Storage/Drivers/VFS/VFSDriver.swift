import EngineConfig
import LinuxSystem
import SystemPackage

/// Layers as plain folders, each with everything: `vfs/dir/<id>`. A new layer begins as a copy of its
/// parent; file systems that can share the contents of files do so.
final class VFSDriver: StorageDriver {
  let name = "vfs"
  let home: String
  private let options: StoreOptions

  init(_ options: StoreOptions) {
    self.options = options
    home = "\(options.graphRoot)/vfs"
  }

  let whiteoutFormat = WhiteoutFormat.delete
  let keepsChanges = false

  func folderName(_ id: String) -> String { "dir/\(id)" }

  func contains(_ id: String) -> Bool { fileExists(filesPath(id)) }

  func filesPath(_ id: String) -> String {
    let own = "\(home)/dir/\(id)"
    let others = [options.imageStore].compactMap { $0 } + options.additionalImageStores
    if others.isEmpty || fileExists(own) { return own }
    return others.map { "\($0)/vfs/dir/\(id)" }.first(where: fileExists) ?? own
  }

  func lowerPaths(_ id: String) throws -> [String] { [] }

  func mapsOwners() -> Bool { false }

  func stage(
    in temporary: String, parent: String?, mappings: IDMappings
  ) throws -> (layer: String, files: String) {
    let layer = "\(temporary)/layer"
    try makeDirectory(layer, mode: 0o755)
    if let parent {
      var copy = TreeCopy(
        ignoresOwnerErrors: options.vfs.ignoresOwnerErrors, mappings: mappings)
      try copy.copyContents(of: filesPath(parent), to: layer)
    }
    return (layer, layer)
  }

  func adopt(_ staged: String, as id: String, parent: String?) throws {
    try makeDirectories("\(home)/dir", mode: 0o700)
    let place = "\(home)/dir/\(id)"
    if fileExists(place) { try removeTree(try detach(id)) }
    try renameFile(staged, to: place)
    FaultPoint.reach("layer folder in place")
  }

  func create(_ id: String, parent: String?, root: LayerRoot?) throws {
    let temporary = try TemporaryFolder(in: "\(home)/\(temporaryFolderName)")
    let staged = try stage(in: temporary.path, parent: parent, mappings: IDMappings())
    try adopt(staged.layer, as: id, parent: parent)
    try temporary.remove()
  }

  func detach(_ id: String) throws -> String { try moveAway("\(home)/dir/\(id)") }

  /// There is nothing to mount: the folder is the root.
  func mount(_ id: String, _ request: MountRequest) throws -> String {
    let path = filesPath(id)
    guard fileExists(path) else { throw SystemError("open", path, .noSuchFileOrDirectory) }
    return path
  }

  func unmount(_ id: String, at path: String) throws {}

  func isMounted(_ id: String, at path: String) -> Bool { fileExists(path) }
}
