import EngineConfig
import ImageSpec

extension ContainerResolution {
  /// What the processes may do.
  func security() throws -> ContainerSecurity {
    let asked = request.security
    var security = ContainerSecurity()
    security.isPrivileged = asked.isPrivileged ?? defaults.isPrivileged
    let capabilities = try ContainerCapabilities(
      asked, isPrivileged: security.isPrivileged, defaults: defaults.capabilities,
      imageLabel: image?.parameters.labels?["io.containers.capabilities"])
    security.capabilities = capabilities.all
    security.addedCapabilities = capabilities.requested
    security.droppedCapabilities = asked.droppedCapabilities.map {
      let name = $0.uppercased()
      return name == "ALL" || name.hasPrefix("CAP_") ? name : "CAP_" + name
    }
    security.hasNoNewPrivileges = asked.hasNoNewPrivileges ?? false
    security.seccompProfile = try seccompProfile(security.isPrivileged)
    security.apparmorProfile = asked.apparmorProfile ?? (security.isPrivileged ? "unconfined" : nil)
    security.labelOptions = asked.labelOptions
    if !defaults.labels, security.labelOptions.isEmpty { security.labelOptions = ["disable"] }
    for path in asked.maskedPaths + asked.unmaskedPaths where path != "ALL" && !path.hasPrefix("/")
    {
      throw EngineError.invalid(
        option: "--security-opt", value: path, reason: "a path has to be absolute")
    }
    security.maskedPaths = asked.maskedPaths
    security.unmaskedPaths = security.isPrivileged ? ["ALL"] : asked.unmaskedPaths
    security.procOptions = asked.procOptions
    security.isReadOnly = asked.isReadOnly ?? defaults.isReadOnly
    security.hasWritableTemporaries = asked.hasWritableTemporaries ?? true
    return security
  }

  /// SELinux's labels: those of the container whose processes it sees, else a pair of categories of its own.
  func setLabels(_ record: inout ContainerRecord) throws {
    let linux = SELinux()
    guard linux.isEnabled else { return }
    var options = record.security.labelOptions
    let modes = [record.namespaces.pid, record.namespaces.ipc]
    if record.security.isPrivileged || modes.contains(.host) { options.append("disable") }
    let others = try engine.containers.all().map(\.record)
    if !options.contains("disable") {
      for case .container(let id) in modes {
        guard let other = others.first(where: { $0.id == id }) else { continue }
        record.security.processLabel = other.security.processLabel
        record.security.mountLabel = other.security.mountLabel
        return
      }
    }
    let taken = others.compactMap { $0.security.processLabel.flatMap(SELinuxContext.init)?.level }
    let labels = try linux.labels(
      options, isSystemd: record.process.isSystemd, taken: Set(taken))
    record.security.processLabel = labels.process.isEmpty ? nil : labels.process
    record.security.mountLabel = labels.files.isEmpty ? nil : labels.files
  }

  private func seccompProfile(_ isPrivileged: Bool) throws -> String? {
    switch request.security.seccompPolicy ?? "default" {
    case "default": break
    case "image":
      // A profile out of the image would let the image choose what it may do.
      throw EngineError.unsupported(
        "--seccomp-policy image", reason: "an image does not decide on its own confinement")
    case let other:
      throw EngineError.invalid(
        option: "--seccomp-policy", value: other, reason: "it has to be default")
    }
    if let asked = request.security.seccompProfile { return asked }
    if isPrivileged { return "unconfined" }
    return defaults.seccompProfile
  }
}
