import Glibc
import LinuxSystem
public import RuntimeSpec
import SystemPackage

extension ContainerCgroup {
  /// Which device rules `apply` sets.
  public enum Devices: Equatable, Sendable {
    /// Those of the resources, and after them those that every container has.
    case restricted
    /// The rules stay as they are, as in an update.
    case unchanged
  }

  /// Sets the limits. What was not asked for stays as it is.
  ///
  /// - Throws: an error that names the field of the configuration.
  public func apply(
    _ resources: Spec.Linux.Resources?, devices: Devices = .restricted
  ) throws(CgroupError) {
    var resources = resources ?? Spec.Linux.Resources()
    try checkUsage(resources.memory)
    if let scope, isJoined { try scope.update(resources, devices: devices, mode: mode) }
    if scope != nil, let cpu = resources.cpu {
      resources.cpu?.quota = SystemdProperty.roundedQuota(cpu)
    }
    let writes = try mode == .unified ? resources.unifiedWrites() : resources.legacyWrites()
    var start = writes.startIndex
    while start < writes.endIndex {
      let controller = writes[start].controller
      let end = writes[start...].firstIndex { $0.controller != controller } ?? writes.endIndex
      let group = Array(writes[start..<end])
      try perform(group, in: directory(for: writes[start]))
      start = end
    }
    if devices == .restricted { try restrictDevices(resources.devices) }
  }

  private func directory(for write: ControlWrite) throws(CgroupError) -> ControlDirectory {
    if let membership = membership(write.controller) { return membership.directory }
    if !isJoined || isRootless {
      throw .notJoined(field: write.field, controller: write.controller)
    }
    throw .missingController(field: write.field, controller: write.controller)
  }

  /// Writes values that may depend on each other, such as quota, burst and period: the kernel checks
  /// each against what the others are at that moment. What it finds invalid is tried once more when
  /// the others are there.
  func perform(
    _ writes: [ControlWrite], in directory: ControlDirectory
  ) throws(CgroupError) {
    var postponed: [ControlWrite] = []
    for (index, write) in writes.enumerated() {
      do throws(SystemError) {
        try perform(write, in: directory)
      } catch {
        let canWait = error.errno == .invalidArgument && index + 1 < writes.count
        guard canWait else { throw explain(error, write, directory) }
        postponed.append(write)
      }
    }
    for write in postponed {
      do throws(SystemError) {
        try perform(write, in: directory)
      } catch {
        throw explain(error, write, directory)
      }
    }
  }

  private func perform(
    _ write: ControlWrite, in directory: ControlDirectory
  ) throws(SystemError) {
    do throws(SystemError) {
      var value = write.value
      if write.keepsFirstWord, let first = try directory.read(write.file).words.first {
        value = "\(first) \(value)"
      }
      try Self.writeLines(value, to: write.file, in: directory)
    } catch  where error.errno == .noSuchFileOrDirectory {
      switch write.absence {
      case .refused: throw error
      case .passedOver:
        // Only the file may be absent: a missing controller is an error.
        if !hasController(write.controller, in: directory) { throw error }
      case .other(let file, let value): try Self.writeLines(value, to: file, in: directory)
      }
    }
  }

  /// Files such as `io.max` take one line at a time.
  private static func writeLines(
    _ value: String, to file: String, in directory: ControlDirectory
  ) throws(SystemError) {
    guard value.utf8.contains(UInt8(ascii: "\n")) else {
      return try directory.write(value, to: file)
    }
    for line in value.lines { try directory.write(String(line), to: file) }
  }

  /// Whether the controller is there for this cgroup.
  private func hasController(_ controller: String, in directory: ControlDirectory) -> Bool {
    // Version 1 has a directory only where it has the controller.
    guard mode == .unified else { return directory.exists }
    if controller == "cgroup" { return true }
    guard let list = try? directory.read("cgroup.controllers") else { return false }
    return list.words.contains { $0 == controller }
  }

  /// Says in the words of the configuration why a value could not be written.
  private func explain(
    _ error: SystemError, _ write: ControlWrite, _ directory: ControlDirectory
  ) -> CgroupError {
    if error.isAbsence || error.isPermission {
      if !hasController(write.controller, in: directory) {
        return .missingController(field: write.field, controller: write.controller)
      }
      if error.isAbsence { return .missingFile(field: write.field, file: write.file) }
    }
    if error.errno == .resourceBusy, write.file == "memory.limit_in_bytes",
      let limit = UInt64(write.value),
      let usage = try? directory.read("memory.usage_in_bytes").trimmed.counter
    {
      return .limitBelowUsage(field: write.field, limit: limit, usage: usage)
    }
    return .refusedValue(field: write.field, value: write.value, reason: error)
  }

  /// With `checkBeforeUpdate`, a limit below the present use is refused: the kernel would kill
  /// processes to reach it.
  private func checkUsage(_ memory: Spec.Linux.Resources.Memory?) throws(CgroupError) {
    guard let memory, memory.checkBeforeUpdate == true else { return }
    let file = mode == .unified ? "memory.current" : "memory.usage_in_bytes"
    guard let text = try? membership("memory")?.directory.read(file),
      let usage = text.trimmed.counter
    else { return }
    for (field, limit) in [("swap", memory.swap), ("limit", memory.limit)] {
      guard let limit, limit > 0, UInt64(limit) <= usage else { continue }
      throw .limitBelowUsage(
        field: "linux.resources.memory.\(field)", limit: UInt64(limit), usage: usage)
    }
  }
}

// MARK: Devices

extension ContainerCgroup {
  private func restrictDevices(
    _ rules: [Spec.Linux.Resources.DeviceRule]?
  ) throws(CgroupError) {
    let target = try DevicePolicy(DeviceRule.merged(rules))
    if mode != .unified, let legacy = membership("devices") {
      // Inside a user namespace the kernel itself keeps device nodes away.
      if isRootless, isInUserNamespace() { return }
      try restrictLegacyDevices(legacy, target)
    } else if let unified {
      do throws(SystemError) {
        let cgroup = try unified.directory.openDirectory()
        let filter = DeviceFilter(program: target.program())
        let isFresh = unified.isFresh && scope == nil
        try filter.attach(to: cgroup.lent, isFresh: isFresh)
      } catch {
        if isRootless || (error.isPermission && isInUserNamespace()) { return }
        throw .refusedValue(
          field: "linux.resources.devices", value: "the device program", reason: error)
      }
    } else if !isRootless {
      throw .missingController(field: "linux.resources.devices", controller: "devices")
    }
  }

  private func restrictLegacyDevices(
    _ membership: Membership, _ target: DevicePolicy
  ) throws(CgroupError) {
    let directory = membership.directory
    do throws(SystemError) {
      // A new cgroup has its parent's rules, which do not show whether they allow by default. To
      // deny all first is right for both.
      var current = DevicePolicy.allowingAll
      if !membership.isFresh || scope != nil {
        let list = try directory.read("devices.list")
        current = (try? DevicePolicy(parsing: list, path: directory.path)) ?? current
      }
      let changes = current.changes(to: target)
      guard !changes.isEmpty else { return }
      let allow = try directory.open("devices.allow", O_WRONLY)
      let deny = try directory.open("devices.deny", O_WRONLY)
      for change in changes {
        let descriptor = change.isAllowed ? allow.lent : deny.lent
        try ControlDirectory.write(change.text, to: descriptor, subject: change.text)
      }
    } catch {
      if isRootless || (error.isPermission && isInUserNamespace()) { return }
      throw .refusedValue(field: "linux.resources.devices", value: error.subject, reason: error)
    }
  }
}

/// Whether this process is in a user namespace that is not the first: its map is not the identity.
func isInUserNamespace() -> Bool {
  guard let map = try? ControlDirectory(path: "/proc/self").read("uid_map") else { return false }
  return map.words != ["0", "0", "4294967295"]
}
