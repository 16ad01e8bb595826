import LinuxSystem
import RuntimeSpec

/// The transient unit that systemd makes for a container (systemd.scope(5)).
struct SystemdScope: Sendable {
  /// The slice that the unit is in, as `a-b.slice`.
  var slice: String
  /// The unit's own name.
  var unit: String
  /// The name of the container in the unit's description.
  var name: String
  /// The unit belongs to the user's own systemd.
  var isRootless: Bool
  /// Properties that annotations ask for.
  var annotated: [SystemdProperty] = []
  /// What the unit was started with, so that it need not be told again.
  var started: Spec.Linux.Resources?

  /// - Parameter path: `slice:prefix:name`, or nothing.
  init(
    path: String, containerID: String, annotations: [String: String], isRootless: Bool
  ) throws(CgroupError) {
    self.isRootless = isRootless
    var prefix = "ocirun"
    slice = ""
    name = containerID
    if !path.isEmpty {
      let parts = path.parts(separatedBy: ":")
      guard parts.count == 3, !parts[2].isEmpty else {
        throw .invalidValue(
          field: "linux.cgroupsPath", value: path, reason: "slice:prefix:name is meant")
      }
      slice = String(parts[0])
      prefix = String(parts[1])
      name = String(parts[2])
    }
    if slice.isEmpty { slice = isRootless ? "user.slice" : "system.slice" }
    unit = name.hasSuffix(".slice") ? name : "\(prefix)-\(name).scope"
    for text in [slice, unit] where !Self.isUnitName(text) {
      throw .invalidValue(field: "linux.cgroupsPath", value: text, reason: "no name of a unit")
    }
    _ = try Self.path(ofSlice: slice)
    annotated = try SystemdProperty.fromAnnotations(annotations)
  }

  init(restoring unit: String, isRootless: Bool) {
    self.unit = unit
    self.isRootless = isRootless
    slice = ""
    name = ""
  }

  var isSlice: Bool { unit.hasSuffix(".slice") }

  /// What systemd takes for the name of a unit (systemd.unit(5)): in particular no slash.
  static func isUnitName(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count < 256 else { return false }
    return name.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        || ":-_.\\@".utf8.contains($0)
    }
  }

  /// The path of a slice: `a-b.slice` is `/a.slice/a-b.slice`, and `-.slice` the root.
  static func path(ofSlice slice: String) throws(CgroupError) -> String {
    let error = CgroupError.invalidValue(
      field: "linux.cgroupsPath", value: slice, reason: "no name of a slice")
    guard slice.hasSuffix(".slice"), !slice.utf8.contains(UInt8(ascii: "/")) else { throw error }
    let name = slice.dropLast(".slice".count)
    if name == "-" { return "/" }
    var path = ""
    var prefix = ""
    for part in name.parts(separatedBy: "-") {
      guard !part.isEmpty, part != "..", part != "." else { throw error }
      path += "/\(prefix)\(part).slice"
      prefix += "\(part)-"
    }
    return path
  }

  /// Where systemd will put the unit in each hierarchy.
  func memberships(
    layout: CgroupLayout
  ) throws(CgroupError) -> [ContainerCgroup.Membership] {
    var path = try Self.path(ofSlice: slice)
    if isRootless {
      guard layout.mode == .unified else {
        throw .systemd(unit: unit, reason: "cgroup v1 cannot be used without root")
      }
      // Everything of a user's systemd is below its own cgroup.
      let bus = try SystemdBus(isUser: true)
      path = joinPath(try bus.managerText("ControlGroup"), path)
    }
    var memberships: [ContainerCgroup.Membership] = []
    let whole = try cleanCgroupPath(joinPath(path, unit))
    for hierarchy in layout.hierarchies {
      let directory = ControlDirectory(path: joinPath(hierarchy.mountPoint, whole))
      memberships.append(ContainerCgroup.Membership(hierarchy, directory))
    }
    return memberships
  }

  // MARK: Its life

  /// Starts the unit, with the limits that systemd knows, around a process.
  func start(
    containing pid: Int32?, resources: Spec.Linux.Resources, mode: CgroupLayout.Mode
  ) throws(CgroupError) {
    let bus = try SystemdBus(isUser: isRootless)
    var properties = identity + accounting(mode)
    if let pid, let number = UInt32(exactly: pid) {
      properties.append(SystemdProperty("PIDs", .array(of: "u", [.uint32(number)])))
    }
    properties += annotated
    if let policy = try outOfMemoryPolicy(resources, bus) { properties.append(policy) }
    properties += try SystemdProperty.limits(resources, mode: mode, version: bus.version)
    properties += try SystemdProperty.devices(DevicePolicy(DeviceRule.merged(resources.devices)))
    try bus.start(unit, properties)
  }

  /// Starts the unit around a process, without a limit or a rule for devices.
  func startUnlimited(containing pid: Int32) throws(CgroupError) {
    guard let number = UInt32(exactly: pid) else { throw .invalidPath("process \(pid)") }
    let bus = try SystemdBus(isUser: isRootless)
    try bus.start(
      unit, identity + [SystemdProperty("PIDs", .array(of: "u", [.uint32(number)]))])
  }

  private var identity: [SystemdProperty] {
    [
      SystemdProperty("Description", .string("container \(name)")),
      // A slice cannot be in a slice: its name says where it is.
      isSlice
        ? SystemdProperty("Wants", .strings([slice])) : SystemdProperty("Slice", .string(slice)),
    ] + (isSlice ? [] : [SystemdProperty("Delegate", .boolean(true))])
      + [SystemdProperty("DefaultDependencies", .boolean(false))]
  }

  private func accounting(_ mode: CgroupLayout.Mode) -> [SystemdProperty] {
    ["Memory", "CPU", mode == .unified ? "IO" : "BlockIO", "Tasks"].map {
      SystemdProperty("\($0)Accounting", .boolean(true))
    }
  }

  /// systemd sets `memory.oom.group` by its own mind, unless it is told when the unit starts.
  private func outOfMemoryPolicy(
    _ resources: Spec.Linux.Resources, _ bus: SystemdBus
  ) throws(CgroupError) -> SystemdProperty? {
    guard let group = resources.unified?["memory.oom.group"], try bus.version >= 253 else {
      return nil
    }
    return SystemdProperty("OOMPolicy", .string(group.trimmed == "1" ? "kill" : "continue"))
  }

  /// Tells systemd of new limits, which it would otherwise write over at its next occasion.
  func update(
    _ resources: Spec.Linux.Resources, devices: ContainerCgroup.Devices, mode: CgroupLayout.Mode
  ) throws(CgroupError) {
    guard started != resources else { return }
    let bus = try SystemdBus(isUser: isRootless)
    var properties = try SystemdProperty.limits(resources, mode: mode, version: bus.version)
    if devices == .restricted {
      properties += try SystemdProperty.devices(
        DevicePolicy(DeviceRule.merged(resources.devices)))
    }
    if !properties.isEmpty { try bus.setProperties(of: unit, properties) }
  }

  /// Moves a process into the unit's cgroup or one below it.
  func attach(_ pid: Int32, subgroup: String) throws(CgroupError) {
    let bus = try SystemdBus(isUser: isRootless)
    try bus.attach(pid, to: unit, subgroup: try cleanCgroupPath("/" + subgroup))
  }

  /// Stops the unit and lets systemd forget it.
  func stop() throws(CgroupError) {
    let bus = try SystemdBus(isUser: isRootless)
    try bus.stop(unit)
  }
}
