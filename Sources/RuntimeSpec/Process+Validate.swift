import JSON

extension Spec.Process {
  /// Checks what does not depend on the machine: for a container's program and for `exec`.
  ///
  /// - Parameter field: the name of the process in its document; empty where it is the document.
  /// - Throws: the first problem, with the name of its field.
  public func validate(_ field: String = "") throws(SpecProblem) {
    let prefix = field.isEmpty ? "" : field + "."
    try requireAbsolute(cwd, prefix + "cwd")
    // An empty name is a program that is not found: engines tell that from a bad configuration.
    guard let args, !args.isEmpty else {
      throw SpecProblem(prefix + "args", "is empty, tell which program to run")
    }
    for (index, text) in args.enumerated() { try refuseNUL(text, "\(prefix)args[\(index)]") }
    for (index, text) in (env ?? []).enumerated() {
      try refuseNUL(text, "\(prefix)env[\(index)]")
      guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")),
        equals > text.utf8.startIndex
      else {
        throw SpecProblem(
          "\(prefix)env[\(index)]",
          "\(quoted(text)) is no variable, write it in the form NAME=value")
      }
    }
    try validateUser(prefix + "user")
    try validateRlimits(prefix + "rlimits")
    if let oomScoreAdj, !(-1000...1000).contains(oomScoreAdj) {
      throw SpecProblem(
        prefix + "oomScoreAdj", "\(oomScoreAdj) is out of range, it can be -1000 to 1000")
    }
    try scheduler?.validate(prefix + "scheduler")
    if let ioPriority, !(0...7).contains(ioPriority.priority) {
      throw SpecProblem(
        prefix + "ioPriority.priority",
        "\(ioPriority.priority) is out of range, it can be 0 to 7")
    }
    try requireNumberList(execCPUAffinity?.initial, prefix + "execCPUAffinity.initial")
    try requireNumberList(execCPUAffinity?.final, prefix + "execCPUAffinity.final")
    if let size = consoleSize, size.height > UInt16.max || size.width > UInt16.max {
      throw SpecProblem(
        prefix + "consoleSize", "is larger than 65535 rows or columns, make it smaller")
    }
    try refuseNUL(apparmorProfile, prefix + "apparmorProfile")
    try refuseNUL(selinuxLabel, prefix + "selinuxLabel")
  }

  private func validateUser(_ field: String) throws(SpecProblem) {
    // setuid(2) and chown(2) take the last number for "leave it as it is".
    var numbers = [("uid", user.uid), ("gid", user.gid)]
    for (index, gid) in (user.additionalGids ?? []).enumerated() {
      numbers.append(("additionalGids[\(index)]", gid))
    }
    for (name, number) in numbers where number == .max {
      throw SpecProblem("\(field).\(name)", "\(number) stands for no user or group, take another")
    }
    if let umask = user.umask, umask > 0o777 {
      throw SpecProblem("\(field).umask", "\(umask) is out of range, it can be 0 to 511 (0777)")
    }
  }

  private func validateRlimits(_ field: String) throws(SpecProblem) {
    let rlimits = rlimits ?? []
    for (index, rlimit) in rlimits.enumerated() {
      if rlimit.soft > rlimit.hard {
        throw SpecProblem(
          "\(field)[\(index)].soft",
          "\(rlimit.soft) is above the hard limit \(rlimit.hard), lower it")
      }
      if rlimits[..<index].contains(where: { $0.type == rlimit.type }) {
        throw SpecProblem(
          "\(field)[\(index)].type", "\(rlimit.type.rawValue) stands there twice, remove one")
      }
    }
  }
}

extension Spec.Process.Scheduler {
  func validate(_ field: String) throws(SpecProblem) {
    if policy == .iso {
      throw SpecProblem("\(field).policy", "SCHED_ISO is in no kernel, take another")
    }
    if policy == .other || policy == .batch, let nice, !(-20...19).contains(nice) {
      throw SpecProblem("\(field).nice", "\(nice) is out of range, it can be -20 to 19")
    }
    let isRealtime = policy == .fifo || policy == .roundRobin
    if !isRealtime, let priority, priority != 0 {
      throw SpecProblem(
        "\(field).priority", "only SCHED_FIFO and SCHED_RR have one, remove it")
    }
    if isRealtime, !(1...99).contains(priority ?? 0) {
      throw SpecProblem(
        "\(field).priority", "\(priority ?? 0) is out of range, it can be 1 to 99")
    }
    let isTimed = (runtime ?? 0) != 0 || (deadline ?? 0) != 0 || (period ?? 0) != 0
    if policy != .deadline, isTimed {
      throw SpecProblem(
        field, "only SCHED_DEADLINE has runtime, deadline and period, remove them")
    }
  }
}
