import JSON

extension Spec.Linux {
  func validate() throws(SpecProblem) {
    try validateNamespaces()
    try validateUserNamespace()
    try validateTime()
    for (name, value) in sysctl ?? [:] {
      try validateSysctl(name, value, namespaces: Set((namespaces ?? []).map(\.type)))
    }
    for (index, device) in (devices ?? []).enumerated() {
      try device.validate("linux.devices[\(index)]")
    }
    try validateNetDevices()
    try validatePaths()
    try refuseNUL(cgroupsPath, "linux.cgroupsPath")
    try refuseNUL(mountLabel, "linux.mountLabel")
    if let class_ = intelRdt?.closID,
      class_ == "." || class_ == ".." || class_.utf8.count > 1 && class_.utf8.contains(0x2F)
    {
      throw SpecProblem(
        "linux.intelRdt.closID", "\(quoted(class_)) is not the name of a folder, take another")
    }
    try memoryPolicy?.validate()
    if let flag = personality?.flags?.first {
      throw SpecProblem(
        "linux.personality.flags", "\(quoted(flag)) is no flag, the specification has none")
    }
    try resources?.validate("linux.resources")
    try seccomp?.validate()
  }

  private func has(_ kind: Namespace.Kind) -> Bool {
    namespaces?.contains { $0.type == kind } ?? false
  }

  private func path(of kind: Namespace.Kind) -> String? {
    namespaces?.first { $0.type == kind }?.path
  }

  private func validateNamespaces() throws(SpecProblem) {
    let namespaces = namespaces ?? []
    for (index, namespace) in namespaces.enumerated() {
      try requireAbsolute(namespace.path, "linux.namespaces[\(index)].path")
      if namespaces[..<index].contains(where: { $0.type == namespace.type }) {
        throw SpecProblem(
          "linux.namespaces[\(index)].type",
          "\(quoted(namespace.type.rawValue)) stands there twice, remove one")
      }
    }
  }

  private func validateUserNamespace() throws(SpecProblem) {
    let lists = [("linux.uidMappings", uidMappings), ("linux.gidMappings", gidMappings)]
    for (field, mappings) in lists {
      if let mappings, !mappings.isEmpty {
        if !has(.user) {
          throw SpecProblem(field, "has no user namespace to apply to, add one of type user")
        }
        try validateMappings(mappings, field)
      } else if has(.user), path(of: .user) == nil {
        throw SpecProblem(field, "is missing, a new user namespace needs it")
      }
    }
  }

  private func validateTime() throws(SpecProblem) {
    guard let timeOffsets, !timeOffsets.isEmpty else { return }
    if !has(.time) {
      throw SpecProblem(
        "linux.timeOffsets", "has no time namespace to apply to, add one of type time")
    }
    if path(of: .time) != nil {
      throw SpecProblem(
        "linux.timeOffsets", "cannot be set in a namespace that is joined, remove one of the two")
    }
    for (clock, offset) in timeOffsets {
      guard clock == "monotonic" || clock == "boottime" else {
        throw SpecProblem(
          "linux.timeOffsets", "\(quoted(clock)) is no clock, only monotonic and boottime are")
      }
      if let nanosecs = offset.nanosecs, nanosecs >= 1_000_000_000 {
        throw SpecProblem(
          "linux.timeOffsets.\(clock).nanosecs",
          "\(nanosecs) is out of range, it can be 0 to 999999999")
      }
    }
  }

  private func validateNetDevices() throws(SpecProblem) {
    guard let netDevices, !netDevices.isEmpty else { return }
    if !has(.network) {
      throw SpecProblem(
        "linux.netDevices", "has no network namespace to move to, add one of type network")
    }
    for (name, device) in netDevices {
      for candidate in [name, device.name ?? name] where !isInterfaceName(candidate) {
        throw SpecProblem(
          "linux.netDevices", "\(quoted(candidate)) is not a name for a network device")
      }
    }
  }

  private func validatePaths() throws(SpecProblem) {
    for (list, paths) in [("maskedPaths", maskedPaths), ("readonlyPaths", readonlyPaths)] {
      for (index, path) in (paths ?? []).enumerated() {
        try requireAbsolute(path, "linux.\(list)[\(index)]")
      }
      if !(paths?.isEmpty ?? true), !has(.mount) {
        throw SpecProblem(
          "linux.\(list)", "needs a mount namespace, add one of type mount")
      }
    }
    if let rootfsPropagation {
      let modes = ["shared", "slave", "private", "unbindable"]
      guard
        modes.contains(rootfsPropagation)
          || rootfsPropagation.hasPrefix("r")
            && modes.contains(String(rootfsPropagation.dropFirst()))
      else {
        throw SpecProblem(
          "linux.rootfsPropagation",
          "\(quoted(rootfsPropagation)) is not one of shared, slave, private and unbindable, "
            + "or these with r before them")
      }
    }
  }
}

/// What the kernel takes for the name of a network interface (dev_valid_name).
private func isInterfaceName(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.count < 16 && name != "." && name != ".."
    && !name.utf8.contains { $0 == 0 || $0 == 0x2F || $0 == 0x3A || $0 <= 0x20 }
}

/// Checks that the ranges of a map are not empty, end below 2³² and do not overlap on either side.
func validateMappings(
  _ mappings: [Spec.Linux.IDMapping], _ field: String
) throws(SpecProblem) {
  // user_namespaces(7): since Linux 4.15.
  if mappings.count > 340 { throw SpecProblem(field, "has more than the 340 lines of a map") }
  for (index, mapping) in mappings.enumerated() {
    if mapping.size == 0 {
      throw SpecProblem("\(field)[\(index)].size", "is 0, map one number at least")
    }
    let (inside, overflow) = mapping.containerID.addingReportingOverflow(mapping.size - 1)
    let (outside, again) = mapping.hostID.addingReportingOverflow(mapping.size - 1)
    if overflow || again {
      throw SpecProblem("\(field)[\(index)].size", "ends above 4294967295, make it smaller")
    }
    for earlier in mappings[..<index] {
      if mapping.containerID <= earlier.containerID + (earlier.size - 1),
        earlier.containerID <= inside
      {
        throw SpecProblem(
          "\(field)[\(index)].containerID", "overlaps an earlier mapping, separate them")
      }
      if mapping.hostID <= earlier.hostID + (earlier.size - 1), earlier.hostID <= outside {
        throw SpecProblem(
          "\(field)[\(index)].hostID", "overlaps an earlier mapping, separate them")
      }
    }
  }
}

extension Spec.Linux.Device {
  func validate(_ field: String) throws(SpecProblem) {
    try requireAbsolute(path, "\(field).path")
    if type == .fifo { return }
    // MAJOR has 12, MINOR 20 bits (the kernel's kdev_t.h).
    let numbers: [(String, Int64?, Int64)] = [("major", major, 4095), ("minor", minor, 1_048_575)]
    for (name, number, largest) in numbers {
      guard let number else {
        throw SpecProblem("\(field).\(name)", "is missing, only a fifo has none")
      }
      if !(0...largest).contains(number) {
        throw SpecProblem(
          "\(field).\(name)", "\(number) is out of range, it can be 0 to \(largest)")
      }
    }
  }
}

extension Spec.Linux.MemoryPolicy {
  func validate() throws(SpecProblem) {
    let hasNodes = !(nodes ?? "").isEmpty
    if hasNodes { try requireNumberList(nodes, "linux.memoryPolicy.nodes") }
    switch mode {
    case .default, .local:
      if hasNodes {
        throw SpecProblem(
          "linux.memoryPolicy.nodes", "\(mode.rawValue) takes no nodes, remove them")
      }
    case .bind, .interleave, .weightedInterleave, .preferredMany:
      if !hasNodes {
        throw SpecProblem(
          "linux.memoryPolicy.nodes", "is missing, \(mode.rawValue) needs a node at least")
      }
    case .preferred: break
    }
  }
}
