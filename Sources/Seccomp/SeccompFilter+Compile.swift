public import RuntimeSpec

extension SeccompFilter {
  /// Compiles a profile with libseccomp, which takes some ten milliseconds for an engine's default.
  ///
  /// Calls that libseccomp does not know are passed over. Conditions of one rule on different arguments
  /// must all hold; where two concern the same argument each is a rule by itself, as for runc.
  ///
  /// - Parameters:
  ///   - profile: `linux.seccomp` of a `config.json`.
  ///   - remark: gets a sentence about each thing that was passed over, for a debug log.
  public init(
    compiling profile: Spec.Linux.Seccomp, remark: (String) -> Void = { _ in }
  ) throws(SeccompProfileError) {
    try profile.validate()
    var flags = try profile.filterFlags()
    if flags.contains(.waitKillable), !flags.contains(.newListener) {
      remark("seccomp: WAIT_KILLABLE_RECV without SCMP_ACT_NOTIFY has no effect")
      flags.remove(.waitKillable)
    }
    var parts: [ArchitectureDispatch.Part] = []
    for (architecture, field) in try LibseccompArchitecture.all(of: profile) {
      var builder = try FilterBuilder(profile, architecture, field: field)
      // Which calls are unknown does not depend on the architecture: it is said once.
      try builder.addRules(of: profile) { if parts.isEmpty { remark($0) } }
      parts.append(.init(architecture: architecture, instructions: try builder.finish()))
    }
    let instructions =
      NewerCallStub.instructions(for: profile) + ArchitectureDispatch.program(parts)
    guard instructions.count <= Self.maximumLength else {
      throw SeccompProfileError("linux.seccomp", .tooLong(instructions: instructions.count))
    }
    self.init(instructions: instructions, flags: flags)
  }
}
