public import EngineConfig

/// Images, layers and containers on disk, in the format and with the locks of containers/storage:
/// podman, buildah and skopeo work on the same store at the same time.
///
/// Reading takes no lock: every file is replaced as a whole. A change takes the locks of what it
/// touches, always in the order layers, mounts, images, containers, reads what is there now, and
/// replaces one file after another, so that whatever a crash leaves is either not recorded yet or whole.
///
/// One store is used by one thread.
public final class Store {
  /// The places and options of this store, the driver decided.
  public let options: StoreOptions

  init(options: StoreOptions) { self.options = options }

  /// Opens a store, and makes its folders where it is new.
  ///
  /// The driver is that which was chosen, else that of the files which are there, else the first that
  /// works here: overlay, then vfs.
  ///
  /// - Throws: `StorageError.unsupportedDriver`, `.driverMismatch`, `.overlayUnusable`.
  public static func open(_ options: StoreOptions) throws -> Store { Store(options: options) }

  /// `overlay` or `vfs`.
  public var driverName: String { "overlay" }

  /// What `podman info` shows under graphStatus, in the order of containers/storage.
  public var driverStatus: [(name: String, value: String)] { [] }
}
