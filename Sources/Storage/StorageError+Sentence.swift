extension StorageError: CustomStringConvertible {
  /// A sentence without `Error:` and full stop.
  public var description: String {
    switch self {
    case .unsupportedDriver(let name): Self.unsupported(name)
    case .severalDrivers(let names, let root):
      "\(root) holds stores of several drivers (\(names.joined(separator: ", "))): choose one with "
        + "--storage-driver, or remove what you no longer need"
    case .overlayUnusable(let path, let reason):
      "the storage driver overlay does not work in \(path): \(reason); install fuse-overlayfs, or use "
        + "--storage-driver vfs"
    case .invalidPlace("imagestore", let path):
      "imagestore has to be an absolute path and another place than graphroot, and is \"\(path)\""
    case .invalidPlace(let name, let path):
      "\(name) has to be an absolute path, and is \"\(path)\""
    case .noSuchImage(let name): "\(name): image not known"
    case .noSuchLayer(let id): "\(id): layer not known"
    case .noSuchContainer(let name): "\(name): container not known"
    case .noSuchData(let object, let name): "\(object) has no file \(name)"
    case .ambiguousID(let id): "more than one id begins with \(id); please give more of it"
    case .invalidID(let id): "\"\(id)\" is no id: it has to be 64 hexadecimal digits"
    case .nameInUse(let name, let owner): "the name \"\(name)\" is already in use by \(owner)"
    case .idInUse(let id): "the id \(id) is already in use"
    case .imageInUse(_, let containers):
      "image used by \(containers.joined(separator: ", ")): image is in use by a container: consider "
        + "listing external containers and force-removing image"
    case .layerInUse(let id): "layer \(id) is in use"
    case .readOnly(let id): "\(id) stands in a read-only store (additionalimagestores)"
    case .damaged(let path, let reason):
      "\(path) is damaged: \(reason); podman system check --repair mends what can be mended"
    case .notMounted(let name): "\(name): layer is not mounted"
    case .unmappedOwner(let path, let uid, let gid):
      "\(path) belongs to \(uid):\(gid), which the user namespace does not have: give it more ids, in "
        + "/etc/subuid and /etc/subgid or with --uidmap and --gidmap"
    case .tooManyLayers(let count):
      "\(count) layers are more than overlayfs takes, which is \(OverlayDriver.mostLayers); build the "
        + "image anew with --squash"
    case .quotaUnsupported(let path):
      "--storage-opt size and inodes need a store on XFS with project quotas, which \(path) is not on"
    case .programFailed(let program, let output): "\(program): \(Self.trimmed(output))"
    }
  }

  private static func unsupported(_ name: String) -> String {
    let remedy =
      "use driver = \"overlay\" in storage.conf (or \"vfs\" where overlay does not work) and pull the "
      + "images again"
    switch name {
    case "devicemapper", "aufs":
      return
        "the storage driver \(name) is gone, here as in containers/storage, because overlayfs does "
        + "better all that it did; \(remedy)"
    case "btrfs", "zfs":
      return
        "the storage driver \(name) is not supported; overlay works on \(name) as well: \(remedy)"
    default: return "there is no storage driver \(name); \(remedy)"
    }
  }

  private static func trimmed(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: "; ")
  }
}
