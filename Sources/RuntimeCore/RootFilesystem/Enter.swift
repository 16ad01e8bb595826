import LinuxSystem
import SystemPackage

// The change of the root.
extension MountedRoot {
  func enter(noPivot: Bool, path: String) throws {
    if noPivot {
      try moveRoot(path)
    } else {
      try pivot()
    }
    try CurrentProcess.changeDirectory(to: "/")
  }

  /// Makes the new root `/`, and takes the old one away from under it: pivot_root(2) on one and the
  /// same directory puts the old root on top of the new, so that no directory for it is needed.
  private func pivot() throws {
    let old = try openFile("/", [.path, .directory])
    try CurrentProcess.changeDirectory(to: root.lent)
    try pivotRoot(".", puttingOldOn: ".")
    try CurrentProcess.changeDirectory(to: old.lent)
    if plan.propagation != nil {
      // What is taken away here must stay on the host.
      try LinuxSystem.mount("", on: ".", [.slave, .recursive])
    }
    try unmount(".", .detach)
  }

  /// Without pivot_root(2), as on an initial ramdisk: the new root is moved over the old one.
  ///
  /// The host's mounts stay in this namespace, out of reach; and a procfs or sysfs among them would
  /// let the kernel allow new ones without what is hidden here. So they go first, or are covered.
  private func moveRoot(_ path: String) throws {
    for mount in try MountTable.current() {
      guard mount.root == "/", mount.type == "proc" || mount.type == "sysfs",
        mount.path != path, !mount.path.hasPrefix(path + "/")
      else { continue }
      do {
        try LinuxSystem.mount("", on: mount.path, [.slave, .recursive])
        try unmount(mount.path, .detach)
      } catch where error.errno == .noSuchFileOrDirectory {
        // It went with one above it.
      } catch where error.errno == .invalidArgument || error.errno == .notPermitted {
        try LinuxSystem.mount("tmpfs", on: mount.path, type: "tmpfs", [])
      } catch {
        throw error
      }
    }
    try CurrentProcess.changeDirectory(to: root.lent)
    try LinuxSystem.mount(".", on: "/", .move)
    try changeRoot(".")
  }

  /// Puts a terminal on /dev/console.
  func mountConsole(_ terminal: FileDescriptor) throws {
    let status = try terminal.status(subject: "/dev/console")
    // UNIX98_PTY_SLAVE_MAJOR and the seven after it (the kernel's devices.txt).
    guard status.kind == .character, (136...143).contains(status.device.major) else {
      throw RuntimeError.invalid(field: "/dev/console", reason: "this is no pseudoterminal")
    }
    let parent = try root.makeParent(of: "/dev/console", mode: 0o755)
    guard parent.directory.path == "/dev" else {
      throw RuntimeError.invalid(field: "/dev", reason: "it is a link in the root file system")
    }
    let console = try parent.directory.makeFile(parent.name, mode: 0o600)
    _ = try bind(terminal, to: console)
  }
}
