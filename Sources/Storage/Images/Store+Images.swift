import LinuxSystem
import SystemPackage

/// An image that is about to come into the store.
public struct NewImage: Sendable {
  /// The digest of its configuration, without `sha256:`.
  public var id: String
  public var names: [String]
  /// The manifest's digest, `sha256:…`.
  public var digest: String?
  public var topLayer: String?
  /// JSON that other engines read: `{"signatures-sizes":{…}}`.
  public var metadata: String
  /// Files to keep: at least `manifest`, `manifest-<digest>` and the configuration under its digest.
  public var data: [(name: String, contents: [UInt8])]
  /// RFC 3339 time that is recorded as the image's; nil for now. Engines give the configuration's.
  public var created: String?

  public init(
    id: String, names: [String], digest: String?, topLayer: String?, metadata: String = "",
    data: [(name: String, contents: [UInt8])], created: String? = nil
  ) {
    self.id = id
    self.names = names
    self.digest = digest
    self.topLayer = topLayer
    self.metadata = metadata
    self.data = data
    self.created = created
  }
}

extension Store {
  /// Every image of this store and of the read-only ones.
  public func images() throws -> Listing<StoredImage> { throw unfinished() }

  /// The image with this id, this name as it is recorded, or the only one whose id begins so.
  ///
  /// - Throws: `StorageError.ambiguousID`; `.damaged` where its record cannot be read.
  public func image(_ nameOrID: String) throws -> StoredImage? { throw unfinished() }

  /// The images that can be found by this digest of a manifest, `sha256:…`.
  public func images(digest: String) throws -> [StoredImage] { throw unfinished() }

  /// One of the files that are kept with an image.
  public func data(_ name: String, ofImage id: String) throws -> [UInt8] { throw unfinished() }

  /// Puts an image into the store, whole or not at all. One of the same id stays, gets what it lacks of the
  /// names and the data, and the names that had another owner move to it.
  @discardableResult
  public func createImage(_ new: NewImage) throws -> StoredImage { throw unfinished() }

  /// Keeps a file with an image, in the place of one of the same name.
  public func setData(_ name: String, _ contents: [UInt8], ofImage id: String) throws {
    throw unfinished()
  }

  /// Gives an image exactly these names; each is taken from the image that had it.
  public func setNames(_ names: [String], ofImage id: String) throws { throw unfinished() }

  /// Gives an image names beside those that it has; each is taken from the image that had it.
  public func addNames(_ names: [String], toImage id: String) throws { throw unfinished() }

  /// Takes names from an image; a name that it does not have is passed over.
  public func removeNames(_ names: [String], fromImage id: String) throws { throw unfinished() }

  /// Removes an image and those of its layers that nothing else needs.
  ///
  /// - Returns: the ids of the layers that went, the topmost first.
  /// - Throws: `StorageError.imageInUse` while a container stands on it.
  @discardableResult
  public func deleteImage(_ id: String) throws -> [String] { throw unfinished() }

  /// The bytes of an image: of its layers as they were unpacked and of the files kept with it.
  public func size(ofImage id: String) throws -> Int64 { throw unfinished() }

  /// Mounts an image read-only, or counts one more user where it is mounted already.
  public func mount(image id: String) throws -> String { throw unfinished() }

  /// Counts one user less of a mounted image, and takes the mount away with the last one, or at once.
  ///
  /// - Returns: whether it is still mounted.
  @discardableResult
  public func unmount(image id: String, force: Bool = false) throws -> Bool { throw unfinished() }

  /// Where images are mounted that are mounted now: by their ids.
  public func mountedImages() throws -> [String: String] { throw unfinished() }
}

func unfinished() -> SystemError { SystemError("storage", "", .noFunction) }
