import LinuxSystem
import SystemPackage

/// The places in a root file system at which CRIU will mount, made as for a new container.
enum RestoredMountPoints {
  /// Makes them in a mount namespace of its own, which takes all mounts of the making away again.
  static func make(_ plan: RootFilesystem) throws {
    guard plan.hasMountNamespace else { return }
    var options = CloneOptions()
    options.namespaces = .mount
    var report = try Pipe()
    switch try Clone.clone(options) {
    case .child:
      do {
        try makeAll(plan)
        CurrentProcess.exit(0)
      } catch {
        if let end = report.writing.take() {
          try? end.lent.writeAll("\(error)")
          try? end.close()
        }
        CurrentProcess.exit(1)
      }
    case .parent(let process):
      report.writing = nil
      let failure = try report.reading?.lent.readToEnd(limit: SyncChannel.longest) ?? []
      let status = try process.wait()
      if !failure.isEmpty {
        throw RuntimeError.processFailed(String(decoding: failure, as: UTF8.self))
      }
      guard status == .exited(0) else { throw RuntimeError.processDied(status) }
    }
  }

  private static func makeAll(_ plan: RootFilesystem) throws {
    let root = try MountedRoot(plan)
    for mount in plan.mounts where !isRestored(mount, plan) {
      try step("\(mount.field("destination")) \(mount.destination)") {
        // Mounts of the configuration can lie in what is bound: so that is mounted for the time.
        if mount.options.isBind {
          try root.mount(mount, source: nil)
        } else {
          _ = try root.target(of: mount)
        }
      }
    }
  }

  /// Whether CRIU itself makes the mount point: it restores the content of every tmpfs, and cgroups
  /// lie in one or in the new sysfs.
  private static func isRestored(_ mount: PlannedMount, _ plan: RootFilesystem) -> Bool {
    if mount.kind == .cgroup { return true }
    let path = PlannedMount.components(mount.destination)
    return plan.mounts.contains { other in
      let above = PlannedMount.components(other.destination)
      return other.kind == .fileSystem("tmpfs") && above.count < path.count
        && path.starts(with: above)
    }
  }
}
