/// Why the store cannot do what it was asked. Failures of system calls are `SystemError`s.
public enum StorageError: Error, Equatable, Sendable {
  /// A driver that no longer exists or never did (`devicemapper`, `btrfs`, `zfs`, `aufs`, …).
  case unsupportedDriver(String)
  /// The store has files of several drivers, and nobody chose one.
  case severalDrivers([String], graphRoot: String)
  /// overlayfs does not work on the file system of the store, and there is no mount program.
  case overlayUnusable(path: String, reason: String)
  /// `imagestore` is the same place as `graphroot`, a root is no absolute path, …
  case invalidPlace(name: String, path: String)
  /// No image, layer or container has this name or id.
  case noSuchImage(String)
  case noSuchLayer(String)
  case noSuchContainer(String)
  /// An image has no such item of data.
  case noSuchData(object: String, name: String)
  /// The beginning of an id that more than one has.
  case ambiguousID(String)
  /// No id: it is not 64 hexadecimal digits.
  case invalidID(String)
  /// A name or id that has an owner already.
  case nameInUse(String, by: String)
  case idInUse(String)
  /// An image that containers need.
  case imageInUse(String, containers: [String])
  /// A layer on which others stand, or that an image or a container needs.
  case layerInUse(String)
  /// Something in a read-only store (`additionalimagestores`) was to be changed.
  case readOnly(String)
  /// A file of the store is not what it has to be. `system check --repair` mends what can be mended.
  case damaged(path: String, reason: String)
  /// A layer that is not mounted.
  case notMounted(String)
  /// A file of an image whose owner a user namespace does not have.
  case unmappedOwner(path: String, uid: UInt32, gid: UInt32)
  /// More lower layers than overlayfs takes.
  case tooManyLayers(Int)
  /// A size or a number of files was asked for a container, where only XFS with project quotas can hold to it.
  case quotaUnsupported(path: String)
  /// A program that the store runs (`mount_program`) failed.
  case programFailed(program: String, output: String)
}
