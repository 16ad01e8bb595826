import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The container's root file system: what the configuration asks for, and the steps that make it.
///
/// The steps are taken in the order in which they stand here, by the container's first process, in
/// its mount namespace (and user namespace, if it has one); `openSourcesInParent` by its maker.
final class RootFilesystem {
  /// The directory on the host.
  let path: String
  let mounts: [PlannedMount]
  let devices: [PlannedDevice]
  let sysctls: [Sysctl]
  let isReadOnly: Bool
  let readOnlyPaths: [String]
  let maskedPaths: [String]
  /// What the root's mount passes on; nil for the runtime's choice, which lets mounts of the host
  /// in and none out.
  let propagation: MountOptions.Propagation?
  /// The SELinux context of new file systems.
  let label: String?
  let hasMountNamespace: Bool
  let hasCgroupNamespace: Bool
  /// Whether the container's user namespace is not the first one: there no device node can be made.
  let inUserNamespace: Bool
  let usesDescriptors: Bool

  private var mounted: MountedRoot?

  /// Reads the configuration, and finds what is wrong with it before anything is done.
  ///
  /// - Parameter usesDescriptors: whether mounts are built detached; for tests of older kernels'
  ///   ways.
  init(
    spec: Spec, bundle: String, inUserNamespace: Bool,
    usesDescriptors: Bool = hasMountDescriptors()
  ) throws {
    guard let root = spec.root, !root.path.isEmpty else {
      throw RuntimeError.invalid(field: "root.path", reason: "it is missing")
    }
    path = root.path.hasPrefix("/") ? root.path : "\(bundle)/\(root.path)"
    isReadOnly = root.readonly ?? false
    self.inUserNamespace = inUserNamespace
    self.usesDescriptors = usesDescriptors
    let linux = spec.linux ?? Spec.Linux()
    let namespaces = linux.namespaces ?? []
    hasMountNamespace = namespaces.contains { $0.type == .mount }
    hasCgroupNamespace = namespaces.contains { $0.type == .cgroup }
    var mounts: [PlannedMount] = []
    for (index, mount) in (spec.mounts ?? []).enumerated() {
      mounts.append(
        try PlannedMount(mount, index: index, bundle: bundle, hasUserNamespace: inUserNamespace))
    }
    self.mounts = mounts
    devices = try PlannedDevice.all(linux.devices ?? [])
    sysctls = try Sysctl.all(linux.sysctl ?? [:], namespaces)
    readOnlyPaths = linux.readonlyPaths ?? []
    maskedPaths = linux.maskedPaths ?? []
    label = try RootFilesystem.checkedLabel(linux.mountLabel)
    propagation = try RootFilesystem.checkedPropagation(linux.rootfsPropagation)
    try checkMountNamespace()
  }

  /// Makes the container's tree, its devices included; the host's root is still the root.
  func mountAll(_ sources: MountSources) throws {
    guard hasMountNamespace else { return }
    // Modes are to be what the configuration says; the process sets its own mask later.
    let mask = CurrentProcess.setFileCreationMask(0)
    defer { CurrentProcess.setFileCreationMask(mask) }
    let root = try MountedRoot(self)
    mounted = root
    for mount in mounts {
      try step("\(mount.field("destination")) \(mount.destination)") {
        try root.mount(mount, source: sources[mount.index])
      }
    }
    if setsUpDev {
      try step("/dev") { try root.makeDevices(devices) }
    } else if !maskedPaths.isEmpty {
      try root.keepHostNull()
    }
  }

  /// Makes the tree this process's root, and its `/` the current directory.
  func enter(noPivot: Bool) throws {
    guard let mounted else {
      try changeRoot(path)
      return try CurrentProcess.changeDirectory(to: "/")
    }
    try mounted.enter(noPivot: noPivot, path: path)
    if setsUpDev { try mounted.replaceHostNull() }
  }

  /// Puts the terminal on /dev/console.
  ///
  /// - Parameter terminal: the end of a pseudoterminal of the container's own devpts.
  func mountConsole(terminal: FileDescriptor) throws {
    try mounted?.mountConsole(terminal)
  }

  /// Takes the rights away that were needed until here: makes read-only and hides what is to be so.
  ///
  /// - Returns: the container's procfs, which no mount of the container's can be put over.
  @discardableResult
  func seal() throws -> ProcFileSystem {
    guard let mounted else {
      let procfs = try ProcFileSystem()
      try Sysctl.write(sysctls, procfs)
      return procfs
    }
    return try mounted.seal()
  }

  /// Whether the runtime makes the nodes and links of /dev: not where it is the host's own.
  private var setsUpDev: Bool { !mounts.contains { $0.isOnDev && $0.options.isBind } }

  private func checkMountNamespace() throws {
    guard !hasMountNamespace else { return }
    let fields = [
      ("mounts", !mounts.isEmpty), ("linux.maskedPaths", !maskedPaths.isEmpty),
      ("linux.readonlyPaths", !readOnlyPaths.isEmpty), ("root.readonly", isReadOnly),
      ("linux.rootfsPropagation", propagation != nil),
    ]
    if let (field, _) = fields.first(where: { $0.1 }) {
      throw RuntimeError.invalid(
        field: field, reason: "it needs a mount namespace in linux.namespaces")
    }
  }

  private static func checkedLabel(_ label: String?) throws -> String? {
    guard let label, !label.isEmpty else { return nil }
    guard (try? fileSystemStatus(of: "/sys/fs/selinux"))?.type == .selinux else {
      throw RuntimeError.unsupported(
        field: "linux.mountLabel", reason: "SELinux is not enabled on this machine")
    }
    return label
  }

  private static func checkedPropagation(_ name: String?) throws -> MountOptions.Propagation? {
    guard let name, !name.isEmpty else { return nil }
    guard let propagation = MountOptions.propagation(name) else {
      throw RuntimeError.invalid(
        field: "linux.rootfsPropagation",
        reason: "\(quoted(name)) is none of [r]shared, [r]slave, [r]private and [r]unbindable")
    }
    return propagation
  }
}
