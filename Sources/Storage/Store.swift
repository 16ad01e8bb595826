public import EngineConfig
import LinuxSystem
import SystemPackage

/// Images, layers and containers on disk, in the format and with the locks of containers/storage:
/// podman, buildah and skopeo work on the same store at the same time.
///
/// Reading takes no lock: every file is replaced as a whole. A change takes the locks of what it
/// touches, always in the order layers, mounts, images, containers, reads what is there now, and
/// replaces one file after another, so that whatever a crash leaves is not recorded yet or whole, or
/// stands in a `Journal`.
///
/// One store is used by one thread.
public final class Store {
  /// The places and options of this store, the driver decided.
  public let options: StoreOptions
  let driver: any StorageDriver
  let layerRecords: RecordSet<LayerRecord>
  let imageRecords: RecordSet<ImageRecord>
  let containerRecords: RecordSet<ContainerRecord>
  let mountCounts: MountCounts
  /// The stores whose images are used as if they were here, and `imagestore`.
  let readOnlyStores: [ReadOnlyStore]
  /// `imagestore` as a store of its own, in which this one's images are made, changed and removed. Its
  /// containers are this store's.
  private(set) var imagePlace: Store?
  private var hasSwept = false

  /// A store that is only read.
  struct ReadOnlyStore {
    let root: String
    let layers: RecordSet<LayerRecord>
    let images: RecordSet<ImageRecord>
    /// Whether it belongs to this store all the same.
    var isOurs = false
  }

  /// - Parameter owner: the store whose `imagestore` this is.
  init(options: StoreOptions, driver: any StorageDriver, imagesOf owner: Store? = nil) {
    self.options = options
    self.driver = driver
    let (root, name) = (options.graphRoot, driver.name)
    // A transient store forgets its containers at a reboot: their records stand below the run root.
    let fleeting = options.isTransient ? options.runRoot : nil
    layerRecords = Self.layers(root, name, fleeting: fleeting)
    imageRecords = Self.images(root, name)
    let containers = "\(root)/\(name)-containers"
    let volatile = fleeting.map { "\($0)/\(name)-containers" } ?? containers
    containerRecords =
      owner?.containerRecords
      ?? RecordSet(
        folder: containers, lockPath: "\(volatile)/containers.lock",
        files: [
          RecordFile(folder: containers, name: "containers.json", isVolatile: false),
          RecordFile(folder: volatile, name: "volatile-containers.json", isVolatile: true),
        ])
    mountCounts = MountCounts(folder: "\(options.runRoot)/\(name)-layers")
    let others = [options.imageStore].compactMap { $0 } + options.additionalImageStores
    readOnlyStores = others.map { root in
      ReadOnlyStore(
        root: root, layers: Self.layers(root, name), images: Self.images(root, name),
        isOurs: root == options.imageStore)
    }
  }

  private static func layers(
    _ root: String, _ driver: String, fleeting: String? = nil
  ) -> RecordSet<LayerRecord> {
    let folder = "\(root)/\(driver)-layers"
    let volatile = fleeting.map { "\($0)/\(driver)-layers" } ?? folder
    return RecordSet(
      folder: folder, lockPath: "\(folder)/layers.lock",
      files: [
        RecordFile(folder: folder, name: "layers.json", isVolatile: false),
        RecordFile(folder: volatile, name: "volatile-layers.json", isVolatile: true),
      ])
  }

  private static func images(_ root: String, _ driver: String) -> RecordSet<ImageRecord> {
    let folder = "\(root)/\(driver)-images"
    return RecordSet(
      folder: folder, lockPath: "\(folder)/images.lock",
      files: [RecordFile(folder: folder, name: "images.json", isVolatile: false)])
  }

  /// Opens a store, and makes its folders where it is new.
  ///
  /// The driver is that which was chosen, else that of the files which are there, else the first that
  /// works here: overlay, then vfs.
  ///
  /// - Throws: `StorageError.unsupportedDriver`, `.severalDrivers`, `.overlayUnusable`.
  public static func open(_ options: StoreOptions) throws -> Store {
    for (name, path) in [("graphroot", options.graphRoot), ("runroot", options.runRoot)] {
      guard path.hasPrefix("/"), path != "/", !path.utf8.contains(0) else {
        throw StorageError.invalidPlace(name: name, path: path)
      }
    }
    if let place = options.imageStore {
      guard place.hasPrefix("/"), place != "/", place != options.graphRoot,
        !place.utf8.contains(0)
      else { throw StorageError.invalidPlace(name: "imagestore", path: place) }
    }
    var decided = options
    let driver = try DriverChoice(options: options).driver()
    decided.driver = driver.name
    let store = Store(options: decided, driver: driver)
    try store.makeFolders()
    if let place = options.imageStore {
      var inner = decided
      inner.graphRoot = place
      inner.imageStore = nil
      inner.additionalImageStores = [options.graphRoot] + options.additionalImageStores
      let images = Store(
        options: inner, driver: try DriverChoice(options: inner).driver(), imagesOf: store)
      try images.makeFolders()
      store.imagePlace = images
    }
    return store
  }

  private func makeFolders() throws(SystemError) {
    let name = driver.name
    // The last one made is there: all are.
    let last = "\(options.runRoot)/\(name)-containers"
    if fileExists(last), fileExists(containerRecords.folder), fileExists(imageRecords.folder) {
      return
    }
    try makeDirectories(options.graphRoot, mode: 0o700)
    try makeDirectories(driver.home, mode: 0o700)
    if driver is OverlayDriver { try makeDirectories("\(driver.home)/l", mode: 0o755) }
    for folder in [layerRecords.folder, imageRecords.folder, containerRecords.folder] {
      try makeDirectories(folder, mode: 0o700)
    }
    for folder in ["\(name)-layers", name, "\(name)-locks", "\(name)-containers"] {
      try makeDirectories("\(options.runRoot)/\(folder)", mode: 0o700)
    }
  }

  /// `overlay` or `vfs`.
  public var driverName: String { driver.name }

  /// What `podman info` shows under graphStatus, in the order of containers/storage.
  public var driverStatus: [(name: String, value: String)] {
    let type = (try? fileSystemStatus(of: options.graphRoot).type.rawValue) ?? 0
    let backing = (name: "Backing Filesystem", value: backingFileSystemName(type))
    guard let overlay = driver as? OverlayDriver else { return [backing] }
    let isNative = overlay.mountProgram == nil
    return [
      backing, ("Supports d_type", "true"), ("Native Overlay Diff", "\(isNative)"),
      ("Using metacopy", "\(isNative && options.overlay.mountOptions.contains("metacopy=on"))"),
      ("Supports shifting", "\(!isNative || !options.isRootless)"),
      ("Supports volatile", "true"),
    ]
  }

  /// Whether the file system never shows a file that was put in another's place without its contents,
  /// even after a loss of power: ext4, btrfs and f2fs see to that, XFS does not.
  private(set) lazy var replacesInOrder: Bool = {
    let type = (try? fileSystemStatus(of: options.graphRoot).type.rawValue) ?? 0
    return ["extfs", "btrfs", "tmpfs", "f2fs"].contains(backingFileSystemName(type))
  }()

  // MARK: Locks

  /// Changes layers with their lock held, after whatever a holder that was killed left is put right.
  ///
  /// - Parameter body: gets the lock, and a list to which it may add what is to be removed once the
  ///   lock is free.
  func changingLayers<Result>(
    _ body: (HeldLock, inout [String]) throws -> Result
  ) throws -> Result {
    var removals: [String] = []
    let result = try layerRecords.lockFile.withLock(.exclusive) { lock in
      try layerRecords.refresh()
      try recover(lock, &removals)
      return try body(lock, &removals)
    }
    // The lock is free by now: the rest may take its time.
    for folder in removals { try? removeTreeWithMounts(folder) }
    if !hasSwept {
      hasSwept = true
      TemporaryFolder.sweep("\(driver.home)/\(temporaryFolderName)")
      TemporaryFolder.sweep("\(layerRecords.folder)/tmp")
    }
    return result
  }

  var layerJournal: Journal { Journal(folder: layerRecords.folder) }

  /// Writes the changed records of layers. Volatile ones wait for no disk.
  func saveLayers(_ file: RecordFile, durable: Bool, _ lock: HeldLock) throws {
    try lock.recordWrite()
    try file.save(durable: durable && !file.isVolatile)
  }
}
