import JSON

extension Spec.Linux.Seccomp {
  func validate() throws(SpecProblem) {
    let field = "linux.seccomp"
    if defaultAction == .notify {
      throw SpecProblem(
        "\(field).defaultAction", "SCMP_ACT_NOTIFY cannot be the default, name the calls")
    }
    try validateErrno(defaultErrnoRet, defaultAction, "\(field).defaultErrnoRet")
    try requireText(listenerPath, "\(field).listenerPath")
    for (index, rule) in (syscalls ?? []).enumerated() {
      let field = "\(field).syscalls[\(index)]"
      if rule.names.isEmpty { throw SpecProblem("\(field).names", "is empty, name a call") }
      for (index, name) in rule.names.enumerated() {
        try requireText(name, "\(field).names[\(index)]")
      }
      if rule.action == .notify && listenerPath == nil {
        throw SpecProblem(
          "linux.seccomp.listenerPath", "is missing, SCMP_ACT_NOTIFY needs an agent")
      }
      try validateErrno(rule.errnoRet, rule.action, "\(field).errnoRet")
      for (index, argument) in (rule.args ?? []).enumerated() where argument.index > 5 {
        throw SpecProblem(
          "\(field).args[\(index)].index", "\(argument.index) is out of range, it can be 0 to 5")
      }
    }
  }

  private func validateErrno(
    _ number: UInt?, _ action: Action, _ field: @autoclosure () -> String
  ) throws(SpecProblem) {
    guard let number else { return }
    guard action == .errno || action == .trace else {
      throw SpecProblem(field(), "\(action.rawValue) has no error number, remove it")
    }
    if number > UInt16.max {
      throw SpecProblem(field(), "\(number) is out of range, it can be 0 to 65535")
    }
  }
}
