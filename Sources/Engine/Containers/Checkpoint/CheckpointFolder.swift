import LinuxSystem
import SystemPackage

/// Where the saved state of a container lies: beside its log, under the names that the members of an
/// exported archive have as well. They are podman's.
struct CheckpointFolder {
  /// CRIU's images.
  static let images = "checkpoint"
  /// The images of an earlier dump of the memory alone.
  static let earlierImages = "pre-checkpoint"
  static let volumes = "volumes"
  static let configuration = "config.dump"
  static let specification = "spec.dump"
  static let network = "network.status"
  static let sharedMemory = "devshm-checkpoint.tar"
  static let rootChanges = "rootfs-diff.tar"
  static let deletedFiles = "deleted.files"
  static let log = "ctr.log"
  static let dumpLog = "dump.log"
  static let restoreLog = "restore.log"
  static let dumpStatistics = "stats-dump"
  static let restoreStatistics = "stats-restore"

  /// Where the images of a dump find the earlier ones.
  static let earlierFromImages = "../pre-checkpoint"

  let path: String

  init(_ folders: ContainerFolders) { path = folders.lasting }

  func path(of name: String) -> String { "\(path)/\(name)" }

  /// Whether there is a whole saved state: CRIU writes this file last.
  var isComplete: Bool { fileExists(path(of: Self.images) + "/inventory.img") }

  func open() throws(SystemError) -> OwnedDescriptor {
    try openFile(path, [.readOnly, .directory])
  }

  func write(_ name: String, _ contents: [UInt8]) throws(SystemError) {
    let folder = try open()
    try folder.lent.replaceFile(name, contents: contents, mode: 0o600)
  }

  /// Removes what is there of these.
  func remove(_ names: [String]) throws(SystemError) {
    for name in names { try removeTree(path(of: name)) }
  }

  /// Everything that a dump leaves and a restore takes up.
  static let everything = [
    images, earlierImages, volumes, configuration, specification, network, sharedMemory,
    rootChanges, deletedFiles, dumpLog, restoreLog, dumpStatistics, restoreStatistics,
  ]
}
