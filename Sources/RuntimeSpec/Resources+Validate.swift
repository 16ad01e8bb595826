import JSON

extension Spec.Linux.Resources {
  /// Checks what does not depend on the machine: for a container and for `update`.
  ///
  /// - Parameter field: the name of the resources in their document; empty where they are it.
  /// - Throws: the first problem, with the name of its field.
  public func validate(_ field: String = "") throws(SpecProblem) {
    let prefix = field.isEmpty ? "" : field + "."
    for (index, rule) in (devices ?? []).enumerated() {
      try rule.validate("\(prefix)devices[\(index)]")
    }
    if let swappiness = memory?.swappiness, swappiness > 100 {
      throw SpecProblem(
        prefix + "memory.swappiness", "\(swappiness) is out of range, it can be 0 to 100")
    }
    if let idle = cpu?.idle, idle != 0 && idle != 1 {
      throw SpecProblem(prefix + "cpu.idle", "\(idle) is out of range, it can be 0 or 1")
    }
    for (name, list) in [("cpus", cpu?.cpus), ("mems", cpu?.mems)] {
      try refuseNUL(list, "\(prefix)cpu.\(name)")
    }
    try blockIO?.validate("\(prefix)blockIO")
    for (index, limit) in (hugepageLimits ?? []).enumerated() {
      let digits = limit.pageSize.dropLast(2)
      let isSize =
        ["KB", "MB", "GB"].contains(String(limit.pageSize.suffix(2))) && digits.first != "0"
        && !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      if !isSize {
        throw SpecProblem(
          "\(prefix)hugepageLimits[\(index)].pageSize",
          "\(quoted(limit.pageSize)) is not a size, write it in the form 64KB, 2MB or 1GB")
      }
    }
    for (index, priority) in (network?.priorities ?? []).enumerated() {
      try requirePlainName(priority.name, "\(prefix)network.priorities[\(index)].name")
    }
    for name in (rdma ?? [:]).keys { try requirePlainName(name, "\(prefix)rdma") }
    for name in (unified ?? [:]).keys {
      try requirePlainName(name, "\(prefix)unified")
      if name == "." || name == ".." || name.utf8.contains(UInt8(ascii: "/")) {
        throw SpecProblem(
          "\(prefix)unified", "\(quoted(name)) is not the name of a file, take out the path")
      }
    }
  }
}

/// Requires a name that can stand in a line of a control file.
private func requirePlainName(
  _ name: String, _ field: @autoclosure () -> String
) throws(SpecProblem) {
  if name.isEmpty || name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
    throw SpecProblem(field(), "\(quoted(name)) is not a name, it has none or holds a space")
  }
}

extension Spec.Linux.Resources.DeviceRule {
  func validate(_ field: String) throws(SpecProblem) {
    guard let access, !access.isEmpty, access.utf8.allSatisfy({ "rwm".utf8.contains($0) }) else {
      throw SpecProblem(
        "\(field).access", "\(quoted(access ?? "")) is not made of r, w and m, give it one of them")
    }
    for (name, number) in [("major", major), ("minor", minor)] {
      if let number, !(-1...Int64(UInt32.max)).contains(number) {
        throw SpecProblem(
          "\(field).\(name)", "\(number) is out of range, it can be -1 to 4294967295")
      }
    }
  }
}

extension Spec.Linux.Resources.BlockIO {
  func validate(_ field: String) throws(SpecProblem) {
    var weights = [("weight", weight), ("leafWeight", leafWeight)]
    for (index, device) in (weightDevice ?? []).enumerated() {
      weights.append(("weightDevice[\(index)].weight", device.weight))
      weights.append(("weightDevice[\(index)].leafWeight", device.leafWeight))
    }
    for case (let name, let weight?) in weights where weight != 0 {
      if !(10...1000).contains(weight) {
        throw SpecProblem(
          "\(field).\(name)", "\(weight) is out of range, it can be 10 to 1000")
      }
    }
  }
}
