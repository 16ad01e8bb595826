extension ContainerRecord {
  /// What a record from a checkpoint image asks for beyond what `podman run` without options gives.
  ///
  /// An image does not decide on its own confinement, and what is in this record would: nobody on this
  /// machine asked for it.
  func privileges(defaults: [String]) -> [String] {
    var found: [String] = []
    if security.isPrivileged { found.append("--privileged") }
    let allowed = Set(defaults)
    let more = security.capabilities.filter { !allowed.contains($0) }
    if !more.isEmpty { found.append("--cap-add \(more.joined(separator: ","))") }
    if security.seccompProfile != nil { found.append("--security-opt seccomp") }
    if security.apparmorProfile != nil { found.append("--security-opt apparmor") }
    if !security.labelOptions.isEmpty { found.append("--security-opt label") }
    if !security.unmaskedPaths.isEmpty { found.append("--security-opt unmask") }
    if !security.procOptions.isEmpty { found.append("--security-opt proc-opts") }
    let modes = [
      ("--pid", namespaces.pid), ("--ipc", namespaces.ipc), ("--uts", namespaces.uts),
      ("--network", namespaces.network), ("--userns", namespaces.user),
    ]
    for (option, mode) in modes {
      switch mode {
      case .host where option != "--userns": found.append("\(option) host")
      case .path, .container, .pod: found.append("\(option) \(mode)")
      default: break
      }
    }
    for mount in mounts {
      switch mount.kind {
      case .bind, .glob, .image, .artifact:
        found.append("a mount of \(mount.source) on \(mount.destination)")
      case .volume, .tmpfs, .ramfs, .devpts: break
      }
    }
    if rootfs != nil { found.append("--rootfs") }
    if !resources.devices.isEmpty || !resources.gpus.isEmpty { found.append("--device") }
    if !resources.deviceRules.isEmpty { found.append("--device-cgroup-rule") }
    if resources.cgroups != "enabled" || !resources.cgroupParent.isEmpty {
      found.append("--cgroups or --cgroup-parent")
    }
    if !secrets.isEmpty { found.append("--secret") }
    if !annotations.isEmpty { found.append("--annotation") }
    if process.initPath != nil { found.append("--init") }
    return found
  }

  /// Takes away what names a place of the machine that saved the container and means nothing here, or
  /// should not be believed: files that are written to on the host.
  mutating func leaveOldMachine() {
    log.path = nil
    pidFile = nil
    monitorPidFile = nil
    idFile = nil
    podID = nil
    network.hostsFile = nil
  }
}
