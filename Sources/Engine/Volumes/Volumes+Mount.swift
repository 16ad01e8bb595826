import LinuxSystem
import Storage
import SystemPackage

extension Volumes {
  /// Mounts what the volume's options say, if it is not mounted yet, and counts it. A plain volume
  /// has nothing to be mounted.
  ///
  /// - Returns: the folder with the volume's files.
  @discardableResult
  public func mount(_ name: String) throws -> String {
    let found = try find(name)
    guard found.record.isMounted else { return found.record.folder }
    let lock = try engine.lock(.volume, found.name)
    defer { withExtendedLifetime(lock) {} }
    guard let volume = try volume(named: found.name) else {
      throw EngineError.noSuch(.volume, name)
    }
    var state = volume.state
    if let id = volume.record.storageID {
      let path = try engine.store.mount(container: id)
      state.mountCount = try engine.store.mountCount(container: id)
      try save(state, of: volume.name)
      return path
    }
    if try isMountPoint(volume.record.folder) {
      state.mountCount = max(0, state.mountCount) + 1
    } else {
      // Since the machine or the user's session was started nobody has mounted it, whatever the count.
      try mountOptions(volume.record)
      state.mountCount = 1
    }
    try save(state, of: volume.name)
    return volume.record.folder
  }

  /// Undoes one `mount`; what is mounted goes with the last.
  public func unmount(_ name: String) throws {
    let found = try find(name)
    guard found.record.isMounted else { return }
    let lock = try engine.lock(.volume, found.name)
    defer { withExtendedLifetime(lock) {} }
    guard let volume = try volume(named: found.name) else {
      throw EngineError.noSuch(.volume, name)
    }
    guard volume.state.mountCount > 0 else { return }
    var state = volume.state
    if let id = volume.record.storageID {
      _ = try engine.store.unmount(container: id)
      state.mountCount = try engine.store.mountCount(container: id)
      return try save(state, of: volume.name)
    }
    state.mountCount -= 1
    if state.mountCount == 0 { try takeAway(volume.record.folder) }
    try save(state, of: volume.name)
  }

  /// Takes away what is mounted, whoever uses it still, and what the store has of it. The volume is
  /// locked.
  func detach(_ volume: Volume) throws {
    guard volume.record.isMounted else { return }
    if let id = volume.record.storageID {
      do {
        if try engine.store.mountCount(container: id) > 0 {
          _ = try engine.store.unmount(container: id, force: true)
        }
        return try engine.store.deleteContainer(id)
      } catch StorageError.noSuchContainer {
        // An earlier removal was interrupted behind this.
        return
      }
    }
    try takeAway(volume.record.folder)
  }

  private func takeAway(_ folder: String) throws(SystemError) {
    do throws(SystemError) {
      while try isMountPoint(folder) { try LinuxSystem.unmount(folder, [.detach, .noFollow]) }
    } catch {
      guard error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory else {
        throw error
      }
    }
  }

  private func isMountPoint(_ folder: String) throws(SystemError) -> Bool {
    let place = try openFile(folder, [.path, .noFollow])
    return try place.lent.status(subject: folder).isMountRoot
  }

  /// Calls mount(8), which knows the helpers of file systems (NFS and its kin) and all options.
  private func mountOptions(_ record: VolumeRecord) throws {
    let type = record.options["type"] ?? ""
    let device = record.options["device"] ?? ""
    var arguments = ["mount"]
    if let options = record.options["o"] { arguments += ["-o", options] }
    switch type.lowercased() {
    case "": break
    case "bind": arguments += ["-o", "bind"]
    default: arguments += ["-t", type]
    }
    // Some file systems have no device, but mount(8) wants a word in its place.
    arguments += [device.isEmpty && !type.isEmpty ? type : device, record.folder]
    let output = try ProgramOutput.run(
      ["/usr/bin/mount", "/bin/mount", "/usr/sbin/mount", "/sbin/mount"], arguments)
    guard output.status == 0 else {
      throw EngineError.failed("mounting volume \(record.name)", reason: output.errors)
    }
  }
}
