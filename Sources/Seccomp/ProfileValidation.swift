import RuntimeSpec

extension Spec.Linux.Seccomp {
  /// Checks what the types leave open, before anything is built.
  func validate() throws(SeccompProfileError) {
    try Self.check(data: defaultErrnoRet, of: defaultAction, "linux.seccomp.defaultErrnoRet")
    if defaultAction == .notify {
      // The runtime's own calls would wait for the agent that has not got the listener yet.
      throw SeccompProfileError(
        "linux.seccomp.defaultAction", .blocksRuntime(action: defaultAction.rawValue))
    }
    try requireSupport(of: defaultAction, "linux.seccomp.defaultAction")
    var seen: [Action] = [defaultAction]
    for (index, rule) in (syscalls ?? []).enumerated() {
      let field = "linux.seccomp.syscalls[\(index)]"
      try rule.validate(field)
      if !seen.contains(rule.action) {
        seen.append(rule.action)
        try requireSupport(of: rule.action, "\(field).action")
      }
    }
    let path = listenerPath ?? ""
    if usesNotify, path.isEmpty {
      throw SeccompProfileError(
        "linux.seccomp.listenerPath", .needsListenerPath(action: Action.notify.rawValue))
    }
    if path.isEmpty, !(listenerMetadata ?? "").isEmpty {
      throw SeccompProfileError("linux.seccomp.listenerMetadata", .metadataWithoutListener)
    }
  }

  /// Whether a rule hands calls to an agent.
  var usesNotify: Bool { (syscalls ?? []).contains { $0.action == .notify } }

  /// The flags that the filter is loaded with.
  func filterFlags() throws(SeccompProfileError) -> SeccompFilter.Flags {
    var result: SeccompFilter.Flags = []
    if let flags {
      for (index, flag) in flags.enumerated() {
        guard flag.isSupported else {
          throw SeccompProfileError(
            "linux.seccomp.flags[\(index)]", .unsupportedByKernel(name: flag.rawValue))
        }
        result.insert(flag.filterFlag)
      }
    } else if Flag.speculationAllow.isSupported {
      // No list at all, not even an empty one: engines expect the mitigation to be off.
      result.insert(.speculationAllow)
    }
    if usesNotify {
      result.insert(.newListener)
      if result.contains(.threadSync) { result.insert(.threadSyncError) }
    }
    return result
  }

  private func requireSupport(of action: Action, _ field: String) throws(SeccompProfileError) {
    guard action.isSupported else {
      throw SeccompProfileError(field, .unsupportedByKernel(name: action.rawValue))
    }
  }

  /// Checks the error number of `errno`, the data of `trace`, or that there is none.
  fileprivate static func check(
    data: UInt?, of action: Action, _ field: String
  ) throws(SeccompProfileError) {
    guard let data else { return }
    let maximum: UInt
    switch action {
    case .errno: maximum = 4094  // libseccomp takes less than the kernel's MAX_ERRNO.
    case .trace: maximum = UInt(UInt16.max)
    default: throw SeccompProfileError(field, .hasNoData(action: action.rawValue))
    }
    if data > maximum {
      throw SeccompProfileError(field, .tooLarge(value: data, maximum: maximum))
    }
  }
}

extension Spec.Linux.Seccomp.Syscall {
  fileprivate func validate(_ field: String) throws(SeccompProfileError) {
    if names.isEmpty { throw SeccompProfileError("\(field).names", .empty) }
    for (index, name) in names.enumerated() {
      if name.isEmpty { throw SeccompProfileError("\(field).names[\(index)]", .empty) }
      // The runtime writes to tell its parent of the listener.
      if action == .notify, name == "write" {
        throw SeccompProfileError(
          "\(field).names[\(index)]", .blocksRuntime(action: action.rawValue))
      }
    }
    try Spec.Linux.Seccomp.check(data: errnoRet, of: action, "\(field).errnoRet")
    for (index, argument) in (args ?? []).enumerated() where argument.index > 5 {
      throw SeccompProfileError(
        "\(field).args[\(index)].index", .tooLarge(value: argument.index, maximum: 5))
    }
  }
}
