import LinuxSystem
import RuntimeSpec
import SystemPackage

extension ExternalMounts {
  /// What CRIU must not save of a container's mounts.
  ///
  /// - Parameters:
  ///   - root: the container's root as its processes see it, where CRIU finds the mount points.
  init(dumping plan: RootFilesystem, root: borrowing RootDirectory) throws {
    try Self.checkCgroups(plan)
    for mount in plan.mounts where mount.options.isBind {
      let field = mount.field("destination")
      let path = try step(field) { try root.resolve(mount.destination).path }
      try add(path, path, field: field)
    }
    for (index, path) in plan.maskedPaths.enumerated() {
      // Directories are masked by a tmpfs, which CRIU saves as any other.
      guard let place = try existing(path, root),
        try place.lent.status(subject: path).kind != .directory
      else { continue }
      try add(place.path, Self.null, field: "linux.maskedPaths[\(index)]")
    }
    try addDevices(plan)
  }

  /// What CRIU takes from the host when it makes a container's mounts: this, and nothing else.
  ///
  /// - Parameter root: the root file system on the host, without any mount in it.
  init(restoring plan: RootFilesystem, root: borrowing RootDirectory) throws {
    try Self.checkCgroups(plan)
    for mount in plan.mounts {
      guard case .bind(let source) = mount.kind else { continue }
      let field = mount.field("destination")
      let path = try step(field) { try resolveWhatExists(mount.destination, root) }
      try add(path, source, field: field)
    }
    if !plan.maskedPaths.isEmpty { try add(Self.null, Self.null, field: "linux.maskedPaths") }
    try addDevices(plan)
  }

  private static let null = "/dev/null"

  /// In a user namespace no node can be made: they are the host's, bound.
  private mutating func addDevices(_ plan: RootFilesystem) throws {
    guard plan.inUserNamespace else { return }
    for device in plan.devices { try add(device.path, device.path, field: "linux.devices") }
  }

  /// A container without a cgroup namespace sees the host's hierarchies of version 1 as bind mounts.
  private static func checkCgroups(_ plan: RootFilesystem) throws {
    guard !plan.hasCgroupNamespace, let mount = plan.mounts.first(where: { $0.kind == .cgroup }),
      try fileSystemStatus(of: "/sys/fs/cgroup").type != .cgroup2
    else { return }
    throw RuntimeError.unsupported(
      field: mount.field("type"),
      reason: "cgroups of version 1 can be checkpointed only with a cgroup namespace")
  }

  private func existing(
    _ path: String, _ root: borrowing RootDirectory
  ) throws(SystemError) -> ResolvedPath? {
    do throws(SystemError) {
      return try root.resolve(path)
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      return nil
    }
  }

  /// Resolves links as far as there is something; the rest, which lies in a mount, is taken as it is.
  private func resolveWhatExists(
    _ path: String, _ root: borrowing RootDirectory
  ) throws -> String {
    var names = PlannedMount.components(path)
    var rest: [Substring] = []
    while let last = names.last {
      if let found = try existing("/" + names.joined(separator: "/"), root) {
        let start = found.path == "/" ? "" : found.path
        return ([Substring(start)] + rest).joined(separator: "/")
      }
      if last == ".." {
        throw SystemError("resolve", path, .noSuchFileOrDirectory)
      }
      rest.insert(last, at: 0)
      names.removeLast()
    }
    return "/" + rest.joined(separator: "/")
  }
}
