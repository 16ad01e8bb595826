import EngineConfig
import LinuxSystem

/// Which driver a store has.
struct DriverChoice {
  let options: StoreOptions

  func driver() throws -> any StorageDriver {
    switch options.driver {
    case "overlay", "overlay2": return try overlay()
    case "vfs": return VFSDriver(options)
    case let other?: throw StorageError.unsupportedDriver(other)
    case nil: break
    }
    let used = ["overlay", "vfs", "btrfs", "zfs", "devicemapper", "aufs"].filter {
      fileExists("\(options.graphRoot)/\($0)-layers")
        || fileExists("\(options.graphRoot)/\($0)-images")
    }
    if used.count > 1 {
      throw StorageError.severalDrivers(used, graphRoot: options.graphRoot)
    }
    switch used.first {
    case "overlay": return try overlay()
    case "vfs": return VFSDriver(options)
    case let other?: throw StorageError.unsupportedDriver(other)
    case nil: break
    }
    for name in options.driverPriority.isEmpty ? ["overlay", "vfs"] : options.driverPriority {
      switch name {
      case "overlay", "overlay2":
        if let driver = try? overlay() { return driver }
      case "vfs": return VFSDriver(options)
      default: continue
      }
    }
    return try overlay()
  }

  /// overlayfs by the kernel, else by fuse-overlayfs.
  ///
  /// `.has-mount-program` says which of the two wrote the store: the kernel does not understand all that
  /// fuse-overlayfs leaves in a user's store.
  private func overlay() throws -> OverlayDriver {
    let home = "\(options.graphRoot)/overlay"
    let flag = "\(home)/.has-mount-program"
    if let program = options.overlay.mountProgram {
      guard let path = findProgram(program), (try? checkExecutable(path)) != nil else {
        throw StorageError.programFailed(program: program, output: "there is no such program")
      }
      if !fileExists(flag) {
        try makeDirectories(home, mode: 0o700)
        try writeFlag(flag, "true")
      }
      return OverlayDriver(options, mountProgram: path)
    }
    let text = (try? readFile(flag, limit: 64)).map { String(decoding: $0, as: UTF8.self) }
    let isFuse = text?.hasPrefix("true") ?? false
    if !isFuse {
      let runFolder = "\(options.runRoot)/overlay"
      if fileExists("\(runFolder)/overlay-true") {
        return OverlayDriver(options, mountProgram: nil)
      }
      try makeDirectories(home, mode: 0o700)
      let support = OverlaySupport(
        home: home, isInUserNamespace: options.isRootless || CurrentProcess.isInUserNamespace)
      let obstacle = support.obstacle(rememberedIn: runFolder)
      if obstacle == nil {
        if text == nil { try writeFlag(flag, "false") }
        return OverlayDriver(options, mountProgram: nil)
      }
      guard let program = findProgram("fuse-overlayfs") else {
        throw StorageError.overlayUnusable(path: home, reason: obstacle ?? "")
      }
      try writeFlag(flag, "true")
      return OverlayDriver(options, mountProgram: program)
    }
    guard let program = findProgram("fuse-overlayfs") else {
      throw StorageError.overlayUnusable(
        path: home, reason: "the store was made with fuse-overlayfs, which is not installed")
    }
    return OverlayDriver(options, mountProgram: program)
  }

  private func writeFlag(_ path: String, _ text: String) throws(SystemError) {
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o600)
    try file.lent.writeAll(text, subject: path)
  }
}

/// What `info` calls a file system by the number that statfs(2) gives.
func backingFileSystemName(_ type: UInt32) -> String {
  switch type {
  case 0xEF53: "extfs"
  case 0x5846_5342: "xfs"
  case 0x9123_683E: "btrfs"
  case 0x0102_1994: "tmpfs"
  case 0x2FC1_2FC1: "zfs"
  case 0x794C_7630: "overlayfs"
  case 0xF2F5_2010: "f2fs"
  case 0x6969: "nfs"
  case 0x6573_5546: "fuse"
  case 0x3434: "nilfs"
  case 0xCA45_1A4E: "bcachefs"
  default: "<unknown>"
  }
}
