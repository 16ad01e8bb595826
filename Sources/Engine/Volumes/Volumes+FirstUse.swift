import LinuxSystem
public import SystemPackage

extension Volumes {
  /// A container that is about to use a volume.
  public struct FirstUse {
    /// The mounted root of the container, lent.
    public var root: FileDescriptor
    /// Where the volume will be, inside the container.
    public var destination: String
    /// The container's user, as numbers of the host.
    public var uid: UInt32
    public var gid: UInt32
    /// Whether an empty volume gets the files that the image has there; not with `nocopy`.
    public var copiesUp = true
    /// Whether the volume keeps this owner, whoever owns the folder in the image (`:U`).
    public var keepsOwner = false

    public init(root: FileDescriptor, destination: String, uid: UInt32, gid: UInt32) {
      self.root = root
      self.destination = destination
      self.uid = uid
      self.gid = gid
    }
  }

  /// Fills a new volume with what the image has at the destination, and gives it its owner.
  ///
  /// It is called each time before a container starts, after `mount`, and does its work only until
  /// the volume has been used. A volume that has files already keeps them as they are.
  public func prepare(_ name: String, for use: FirstUse) throws {
    guard let known = try volume(named: name) else { throw EngineError.noSuch(.volume, name) }
    // The ordinary case needs no lock: neither of the two ever comes back.
    guard known.record.driver == "local", known.state.needsCopyUp || known.state.needsOwner else {
      return
    }
    let lock = try engine.lock(.volume, name)
    defer { withExtendedLifetime(lock) {} }
    guard let volume = try volume(named: name) else { throw EngineError.noSuch(.volume, name) }
    var state = volume.state
    let folder = try openFile(volume.record.folder, [.readOnly, .directory, .noFollow])
    let place = try imageFolder(use)
    if state.needsCopyUp, use.copiesUp, volume.record.options["nocopy"] == nil, let place {
      try copyUp(from: place.lent, to: folder.lent, &state, of: name)
    }
    if state.needsOwner { try giveOwner(to: folder.lent, like: place?.lent, use, &state) }
    if state != volume.state { try save(state, of: name) }
  }

  /// The folder of the image that the volume will hide; nil where there is none.
  private func imageFolder(_ use: FirstUse) throws(SystemError) -> SharedDescriptor? {
    let root = RootDirectory(try use.root.open(".", [.path, .directory]))
    do throws(SystemError) {
      let found = try root.resolve(use.destination)
      guard try found.lent.status(subject: use.destination).kind == .directory else { return nil }
      return SharedDescriptor(try found.lent.open(".", [.readOnly, .directory]))
    } catch {
      guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else {
        throw error
      }
      return nil
    }
  }

  private func copyUp(
    from image: FileDescriptor, to folder: FileDescriptor, _ state: inout VolumeState,
    of name: String
  ) throws {
    guard try !image.entryNames().isEmpty else { return }
    // What somebody has put there is not to be mixed with the image's files; what an interrupted
    // copy has left is.
    guard try state.isCopyingUp || folder.entryNames().isEmpty else { return }
    let isAgain = state.isCopyingUp
    state.isCopyingUp = true
    try save(state, of: name)
    var copy = FolderCopy(replaces: isAgain)
    try copy.copy(from: image, to: folder)
    state.isCopyingUp = false
    state.needsCopyUp = false
    state.isCopiedUp = true
    try save(state, of: name)
  }

  private func giveOwner(
    to folder: FileDescriptor, like image: FileDescriptor?, _ use: FirstUse,
    _ state: inout VolumeState
  ) throws {
    if try !state.isCopiedUp && !folder.entryNames().isEmpty {
      state.needsOwner = false
      return
    }
    if state.isCopiedUp { state.needsOwner = false }
    state.isCopiedUp = false
    try folder.changeOwner(uid: use.uid, gid: use.gid, subject: use.destination)
    guard !use.keepsOwner, let image else { return }
    let status = try image.status(subject: use.destination)
    try folder.changeOwner(uid: status.uid, gid: status.gid, subject: use.destination)
    try folder.changeMode(status.permissions, subject: use.destination)
    // Once it is root's it stays so.
    if status.uid == 0, status.gid == 0 { state.needsOwner = false }
  }
}
