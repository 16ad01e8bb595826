import EngineConfig
import JSON
import LinuxSystem
import Networking
import RuntimeSpec
import Storage
import SystemPackage

/// Makes ready what a container needs for one start, and takes it away again.
struct ContainerPreparation {
  let engine: ContainerEngine
  let record: ContainerRecord
  let folders: ContainerFolders
  var state: ContainerState
  var context = SpecContext()
  var undo = Undo()
  /// Sockets that keep the published ports; the monitor is to hold them.
  var heldPorts: [SharedDescriptor] = []
  /// As `NetworkSetup` has it.
  var secondsToRenewal: Int64?
  /// The name servers of a network in user mode.
  var userModeServers: [IPAddress] = []
  /// How a container of such a network reaches the host; nil where it cannot.
  var userModeHost: IPAddress?

  init(_ container: Containers.Container, _ engine: ContainerEngine) {
    self.engine = engine
    record = container.record
    state = container.state
    folders = ContainerFolders(container.id, engine)
  }

  /// Mounts, writes and finds all that the specification names.
  mutating func run() throws {
    try folders.make()
    context.runFolder = folders.run
    context.isRootless = engine.configuration.user.isRootless
    context.isUnified = engine.cgroups.isUnified
    context.hasTerminalGroup = hasGroup(5)
    context.hostname = hostname
    try ServiceManager.prepare(record, folders, &context)
    try mountRoot()
    let root = RootDirectory(try openFile(context.root, [.path, .directory]))
    try joinNamespaces()
    context.user = try ContainerUser(
      record.process.user, groups: record.process.groups, in: root)
    try checkWorkingDirectory(root)
    try setUpNetwork()
    try writeFiles(root)
    try mountSharedMemory()
    try prepareMounts(root)
    try prepareSecrets()
    try findDevices()
    context.seccomp = try engine.seccompFilter(record.security)
    context.apparmorProfile = try AppArmor().profile(
      record.security.apparmorProfile,
      configured: engine.configuration.containersConf.containers.apparmorProfile,
      isRootless: context.isRootless)
    state.apparmorProfile = context.apparmorProfile
    context.processLabel = record.security.processLabel
    context.mountLabel = record.security.mountLabel
    context.cgroupsPath = try cgroupsPath()
    state.cgroup = context.cgroupsPath
    context.hooks = try HookFolder.hooks(of: record, engine)
  }

  private var hostname: String {
    if let name = record.hostname { return name }
    if record.namespaces.uts == .host || record.namespaces.network == .host {
      return HostName.current()
    }
    if engine.configuration.containersConf.containers.usesNameAsHostName { return record.name }
    return record.shortID
  }

  private func hasGroup(_ number: UInt32) -> Bool {
    let available = UserMappings.available("gid_map")
    guard !record.namespaces.gidMappings.isEmpty else { return number < available }
    return record.namespaces.gidMappings.contains {
      number >= $0.containerID && number - $0.containerID < $0.size
    }
  }

  private mutating func mountRoot() throws {
    if let rootfs = record.rootfs {
      context.root = record.isRootfsOverlay ? try mountOverlay(over: rootfs) : rootfs
      return
    }
    context.root = try engine.store.mount(container: record.id)
    state.root = context.root
    if !record.namespaces.uidMappings.isEmpty { makeReachable(context.root) }
    let (engine, id) = (engine, record.id)
    undo.add { try engine.store.unmount(container: id) }
  }

  /// A folder of the host with the container's changes over it.
  private mutating func mountOverlay(over rootfs: String) throws -> String {
    let folder = folders.rootOverlay
    for name in ["upper", "work", "merged"] {
      try makeDirectories("\(folder)/\(name)", mode: 0o755)
    }
    guard !"\(rootfs)\(folder)".contains(where: { ",:\\".contains($0) }) else {
      throw EngineError.unsupported(
        "--rootfs \(rootfs):O",
        reason: "overlayfs takes no path with a comma, a colon or a backslash")
    }
    let merged = folder + "/merged"
    try mount(
      "overlay", on: merged, type: "overlay", [],
      data: "lowerdir=\(rootfs),upperdir=\(folder)/upper,workdir=\(folder)/work"
        + (context.isRootless ? ",userxattr" : ""))
    undo.add { try unmount(merged, .detach) }
    state.root = merged
    return merged
  }

  /// Lets the container's own users, who are nobody to the host, pass through the folders above its root,
  /// as podman does. Their contents stay hidden.
  private func makeReachable(_ path: String) {
    var parent = path[...]
    while let slash = parent.lastIndex(of: "/"), slash != parent.startIndex {
      parent = parent[..<slash]
      guard let folder = try? openFile(String(parent), [.readOnly, .directory, .noFollow]),
        let status = try? folder.lent.status()
      else { return }
      if status.permissions & 0o001 == 0 {
        try? folder.lent.changeMode(to: status.permissions | 0o011)
      }
    }
  }

  /// A folder that the user named has to be there; the image's own is made by the runtime.
  private func checkWorkingDirectory(_ root: borrowing RootDirectory) throws {
    guard record.process.requiresWorkingDirectory else { return }
    let path = record.process.workingDirectory
    if record.mounts.contains(where: {
      path == $0.destination || path.hasPrefix($0.destination + "/")
    }) {
      return
    }
    do throws(SystemError) {
      let found = try root.resolve(path)
      guard try found.lent.status(subject: path).kind == .directory else {
        throw SystemError("open", path, .notDirectory)
      }
    } catch where error.errno == .noSuchFileOrDirectory {
      throw EngineError.nothingToDo(
        "workdir \"\(path)\" does not exist on container \(record.id)")
    } catch {
      throw error
    }
  }

  /// The namespaces of other containers, by the files of their first processes.
  private mutating func joinNamespaces() throws {
    let kinds: [(Spec.Linux.Namespace.Kind, NamespaceMode, String)] = [
      (.pid, record.namespaces.pid, "pid"), (.ipc, record.namespaces.ipc, "ipc"),
      (.uts, record.namespaces.uts, "uts"), (.cgroup, record.namespaces.cgroup, "cgroup"),
      (.network, record.namespaces.network, "net"), (.user, record.namespaces.user, "user"),
    ]
    for (kind, mode, file) in kinds {
      switch mode {
      case .path(let path): context.joined[kind] = path
      case .container(let id):
        guard let other = try engine.containers.container(id: id) else {
          throw EngineError.noSuch(.container, id)
        }
        let now = engine.containers.current(other)
        guard now.state.pid > 0 else {
          throw EngineError.wrongState(
            container: now.name, now.state.status,
            reason: "cannot join the \(kind.rawValue) namespace of container \(now.name), which is "
              + "\(now.state.status.rawValue); please start it first")
        }
        if kind == .user, other.record.namespaces.uidMappings.isEmpty { continue }
        context.joined[kind] = "/proc/\(now.state.pid)/ns/\(file)"
      default: break
      }
    }
  }

  // MARK: Mounts

  /// /dev/shm stands outside, so that other containers can have it as well.
  private mutating func mountSharedMemory() throws {
    if case .container(let id) = record.namespaces.ipc {
      context.sharedMemory = ContainerFolders(id, engine).run + "/shm"
      return
    }
    guard record.namespaces.ipc == .shareable,
      !record.mounts.contains(where: { $0.destination == "/dev/shm" })
    else { return }
    let path = folders.run + "/shm"
    try makeDirectories(path, mode: 0o700)
    try mount(
      "shm", on: path, type: "tmpfs", [.noSetUserID, .noExecution, .noDevices],
      data: "mode=1777,size=\(record.resources.shmSize)"
        + (record.security.mountLabel.map { ",context=\"\($0)\"" } ?? ""))
    undo.add { try unmount(path, .detach) }
    context.sharedMemory = path
  }

  private mutating func prepareMounts(_ root: borrowing RootDirectory) throws {
    for item in record.mounts {
      switch item.kind {
      case .bind, .glob: try prepare(bind: item)
      case .volume: try prepare(volume: item, root)
      case .image: try prepare(image: item)
      case .tmpfs, .ramfs, .devpts, .artifact: break
      }
      if item.usesOverlay { try makeOverlay(item) }
    }
  }

  private mutating func prepare(bind item: ContainerMount) throws {
    var source = item.source
    if let subpath = item.subpath { source += "/" + subpath }
    _ = try openFile(source, [.path])
    context.sources[item.destination] = source
    try relabel(source, item)
    if item.changesOwner {
      try OwnerChange.apply(
        source, uid: hostID(context.user.uid, users: true),
        gid: hostID(context.user.gid, users: false))
    }
  }

  private mutating func prepare(volume item: ContainerMount, _ root: borrowing RootDirectory) throws
  {
    var source = try engine.volumes.mount(item.source)
    let (engine, name) = (engine, item.source)
    undo.add { try engine.volumes.unmount(name) }
    var use = Volumes.FirstUse(
      root: root.lent, destination: item.destination, uid: hostID(context.user.uid, users: true),
      gid: hostID(context.user.gid, users: false))
    use.copiesUp = item.copiesUp && !item.isOverlay
    try engine.volumes.prepare(name, for: use)
    try relabel(source, item)
    if item.changesOwner {
      try OwnerChange.apply(source, uid: use.uid, gid: use.gid)
    }
    if let subpath = item.subpath {
      let folder = RootDirectory(try openFile(source, [.path, .directory]))
      let found = try folder.resolve(subpath)
      source += found.path
    }
    context.sources[item.destination] = source
  }

  private mutating func prepare(image item: ContainerMount) throws {
    guard let image = try engine.images.findIfPresent(item.source)?.image.id else {
      throw EngineError.noSuch(.image, item.source)
    }
    let store = try engine.store
    var source = try store.mount(image: image)
    undo.add { try store.unmount(image: image) }
    state.mountedImages.append(image)
    if let subpath = item.subpath {
      let folder = RootDirectory(try openFile(source, [.path, .directory]))
      source += try folder.resolve(subpath).path
    }
    context.sources[item.destination] = source
  }

  /// `:z` and `:Z`, which a machine without SELinux accepts and has no use for.
  private func relabel(_ path: String, _ item: ContainerMount) throws {
    guard let how = item.relabel, let label = record.security.mountLabel else { return }
    try SELinux.relabel(path, as: label, isShared: how == "z")
  }

  private func makeOverlay(_ item: ContainerMount) throws {
    let name = "overlay" + String(item.destination.map { $0 == "/" ? "-" : $0 })
    for part in ["upper", "work"] {
      try makeDirectories("\(folders.run)/\(name)/\(part)", mode: 0o755)
    }
  }

  /// The number outside of a number inside.
  func hostID(_ id: UInt32, users: Bool) -> UInt32 {
    let maps = users ? record.namespaces.uidMappings : record.namespaces.gidMappings
    if maps.isEmpty { return id }
    for map in maps where id >= map.containerID && id - map.containerID < map.size {
      return map.hostID.addingReportingOverflow(id - map.containerID).partialValue
    }
    return id
  }

  // MARK: Devices and the cgroup

  private mutating func findDevices() throws {
    if record.security.isPrivileged { context.devices = HostDevice.all() }
    try findCDIDevices()
    for text in record.resources.devices where CDIName(text) == nil {
      for device in try HostDevice.find(text)
      where !context.devices.contains(where: { $0.path == device.path }) {
        context.devices.append(device)
      }
    }
  }

  /// What CDI's files say of the devices that are asked for by a vendor's name.
  private mutating func findCDIDevices() throws {
    var names = record.resources.devices.compactMap(CDIName.init)
    guard !names.isEmpty || !record.resources.gpus.isEmpty else { return }
    let asked = engine.configuration.options.cdiFolders
    let folders = CDIFolders(
      asked.isEmpty ? engine.configuration.containersConf.engine.cdiFolders : asked)
    if !record.resources.gpus.isEmpty { names += try folders.graphics(record.resources.gpus) }
    context.edits = try folders.edits(for: names)
    for node in context.edits.flatMap({ $0.nodes ?? [] }) {
      context.devices.removeAll { $0.path == node.path }
      context.devices.append(try HostDevice(node, user: context.user))
    }
  }

  private func cgroupsPath() throws -> String? {
    switch record.resources.cgroups {
    case "disabled": return nil
    case "split": return try SplitCgroup(isUnified: context.isUnified).make(for: record.id)
    default: break
    }
    let parent = record.resources.cgroupParent
    if !engine.managesCgroups { return nil }
    if engine.cgroupManager == "systemd" {
      let slice = parent.isEmpty ? (context.isRootless ? "user.slice" : "machine.slice") : parent
      guard slice.hasSuffix(".slice") else {
        throw EngineError.invalid(
          option: "--cgroup-parent", value: parent,
          reason: "with systemd as the manager of cgroups it has to be a slice")
      }
      return "\(slice.split(separator: "/").last ?? "machine.slice"):libpod:\(record.id)"
    }
    guard !parent.hasSuffix(".slice") else {
      throw EngineError.invalid(
        option: "--cgroup-parent", value: parent,
        reason: "a slice needs systemd as the manager of cgroups (--cgroup-manager systemd)")
    }
    return "\(parent.isEmpty ? "/libpod_parent" : parent)/libpod-\(record.id)"
  }
}
