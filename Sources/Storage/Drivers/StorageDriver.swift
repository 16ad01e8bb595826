import LinuxSystem
import SystemPackage

/// How layers are laid out on disk and become a root: `overlay` or `vfs`.
///
/// A driver knows nothing of records and takes no locks: the store holds that of the layers when it calls,
/// but for `stage` and while it removes what was detached.
protocol StorageDriver: AnyObject {
  var name: String { get }
  /// The folder with a folder for each layer: `<graphroot>/overlay`.
  var home: String { get }
  var whiteoutFormat: WhiteoutFormat { get }
  /// Whether a layer's folder holds only its changes.
  var keepsChanges: Bool { get }

  /// A layer's folder, from `home` on.
  func folderName(_ id: String) -> String
  /// Whether the folder of a layer is there, here or in a read-only store.
  func contains(_ id: String) -> Bool
  /// The folder with a layer's files.
  func filesPath(_ id: String) -> String
  /// The folders below a layer, the topmost first.
  func lowerPaths(_ id: String) throws -> [String]

  /// Makes what a new layer needs in a temporary folder, and in it the folder that its files go into.
  ///
  /// - Parameter mappings: of a user namespace for which a copy of the parent's files is made, where one is.
  func stage(
    in temporary: String, parent: String?, mappings: IDMappings
  ) throws -> (layer: String, files: String)
  /// Whether a mount can show the owners of files as a user namespace has them.
  func mapsOwners() -> Bool
  /// Puts a staged layer in its place.
  func adopt(_ staged: String, as id: String, parent: String?) throws
  /// Makes a writable layer that holds nothing of its own, in its place at once.
  ///
  /// - Parameter root: the owner of its root, where it is not that of the parent's.
  func create(_ id: String, parent: String?, root: LayerRoot?) throws
  /// Takes a layer's folder out of the store.
  ///
  /// - Returns: what is to be removed when the locks are free. Others may find it and do so first.
  func detach(_ id: String) throws -> String

  /// Mounts a layer; the answer is where.
  func mount(_ id: String, _ request: MountRequest) throws -> String
  /// Takes a layer's mount away; one that is not there is no error.
  func unmount(_ id: String, at path: String) throws
  /// Whether a layer is mounted now.
  func isMounted(_ id: String, at path: String) -> Bool
}

/// The root folder of a layer.
struct LayerRoot {
  var permissions: UInt32
  var uid: UInt32
  var gid: UInt32

  func owning(_ permissions: UInt32) -> LayerRoot {
    LayerRoot(permissions: permissions, uid: uid, gid: gid)
  }
}

/// How a layer is to be mounted.
struct MountRequest {
  var isReadOnly = false
  /// Whether nothing written has to outlive a crash of the machine.
  var isVolatile = false
  /// The user namespace that the owners of files are to be seen in; empty for none.
  var mappings = IDMappings()
  /// SELinux's label for all files.
  var label: String?
}

extension StorageDriver {
  /// Moves a layer's folder among the temporary ones. It needs no lock there: all that anybody does with
  /// it is to remove it.
  func moveAway(_ path: String) throws(SystemError) -> String {
    let folder = "\(home)/\(temporaryFolderName)"
    let target = "\(folder)/temp-dir-\(hexadecimal(try randomBytes(8)))"
    do throws(SystemError) {
      try renameFile(path, to: target)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      if fileExists(path) {
        try makeDirectories(folder, mode: 0o700)
        try renameFile(path, to: target)
      }
    }
    FaultPoint.reach("layer folder detached")
    return target
  }
}

/// The name of the folder in a driver's home for temporary folders.
let temporaryFolderName = "tempdirs"
