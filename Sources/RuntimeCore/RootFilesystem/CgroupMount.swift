import Cgroups
import LinuxSystem
import SystemPackage

// The container's view of its cgroups: the mount of type `cgroup` (config-linux.md, "Default File
// Systems"). With a cgroup namespace it shows the container's own and what is below; without, and
// of version 1, only these are bound. The process is in its cgroups by now.
extension MountedRoot {
  func mountCgroups(_ mount: PlannedMount) throws {
    let layout = try CgroupLayout.detect()
    if layout.mode == .unified {
      try mountUnified(mount, on: layout.unified?.mountPoint ?? "/sys/fs/cgroup")
    } else {
      try mountLegacy(mount, layout.hierarchies.filter { !$0.isUnified })
    }
  }

  private func mountUnified(_ mount: PlannedMount, on hostPoint: String) throws {
    do {
      try makeFileSystem(mount, "cgroup2")
    } catch let error as SystemError
      where error.errno == .notPermitted || error.errno == .resourceBusy
    {
      // A user namespace without a cgroup namespace may not mount it: the host's mount stands in,
      // and is only to be looked at unless `rw` is asked for.
      var options = mount.options
      options.data = []
      options.flags.formUnion([.bind, .recursive])
      if !options.clearedFlags.contains(.readOnly) { options.flags.insert(.readOnly) }
      try bind(
        PlannedMount(
          index: mount.index, kind: .bind(source: hostPoint), source: hostPoint,
          destination: mount.destination, options: options), hostPoint, nil)
    }
  }

  private func mountLegacy(_ mount: PlannedMount, _ hierarchies: [CgroupHierarchy]) throws {
    let isReadOnly = mount.options.flags.contains(.readOnly)
    var options = MountOptions(["nosuid", "nodev", "noexec", "mode=755"])
    options.propagation = mount.options.propagation
    if isReadOnly { options.flags.insert(.readOnly) }
    let folder = PlannedMount(
      index: mount.index, kind: .fileSystem("tmpfs"), source: "tmpfs",
      destination: mount.destination, options: options)
    // Like every tmpfs it becomes read-only at the end.
    try makeFileSystem(folder, "tmpfs")
    let own = try ownCgroups()
    for hierarchy in hierarchies {
      guard let name = hierarchy.mountPoint.pathComponents.last else { continue }
      let place = "\(mount.destination)/\(name)"
      if plan.hasCgroupNamespace {
        try mountHierarchy(hierarchy, at: place, mount, isReadOnly)
      } else {
        try bindHierarchy(hierarchy, own, at: place, mount)
      }
      if name.contains(",") { try makeLinks(to: String(name), in: mount.destination) }
    }
  }

  /// A hierarchy of version 1, which the cgroup namespace limits to the container's part.
  private func mountHierarchy(
    _ hierarchy: CgroupHierarchy, at place: String, _ mount: PlannedMount, _ isReadOnly: Bool
  ) throws {
    let isNamed = hierarchy.controllers.first?.hasPrefix("name=") ?? false
    var options = MountOptions(["nosuid", "nodev", "noexec"] + hierarchy.controllers)
    if isReadOnly { options.flags.insert(.readOnly) }
    options.propagation = mount.options.propagation
    try makeFileSystem(
      PlannedMount(
        index: mount.index, kind: .fileSystem("cgroup"), source: isNamed ? "systemd" : "cgroup",
        destination: place, options: options), "cgroup")
  }

  /// The container's part of a hierarchy of version 1.
  private func bindHierarchy(
    _ hierarchy: CgroupHierarchy, _ own: [String: String], at place: String, _ mount: PlannedMount
  ) throws {
    guard let controller = hierarchy.controllers.first, let path = own[controller] else { return }
    let root = hierarchy.root == "/" ? "" : hierarchy.root
    // Above the mounted part there is nothing that could be bound.
    let isBelow = path == root || path.hasPrefix(root + "/")
    let source = hierarchy.mountPoint + (isBelow ? path.dropFirst(root.count) : "")
    var options = mount.options
    options.data = []
    options.flags.formUnion([.bind, .recursive])
    try bind(
      PlannedMount(
        index: mount.index, kind: .bind(source: source), source: source, destination: place,
        options: options), source, nil)
  }

  /// The cgroup that this process is in, by controller. See /proc/PID/cgroup in cgroups(7).
  private func ownCgroups() throws -> [String: String] {
    let text = String(decoding: try procfs.read("self/cgroup"), as: UTF8.self)
    var paths: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for controller in fields[1].split(separator: ",") {
        paths[String(controller)] = String(fields[2])
      }
    }
    return paths
  }

  /// Links of the names of controllers that are mounted together, as `cpu` to `cpu,cpuacct`.
  private func makeLinks(to name: String, in folder: String) throws {
    let place = try root.resolve(folder)
    for controller in name.split(separator: ",") {
      do {
        try place.lent.makeLink(String(controller), to: name)
      } catch where error.errno == .fileExists {
        continue
      } catch {
        throw error
      }
    }
  }
}
