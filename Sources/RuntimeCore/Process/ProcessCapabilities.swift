import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The five sets of capabilities of a process: `process.capabilities`. See capabilities(7).
struct ProcessCapabilities {
  private let bounding: Capabilities
  private let thread: ThreadCapabilities
  private let ambient: Capabilities
  private let log: RuntimeLog

  /// Reads the names. One that this kernel does not know is told to the log and left out; without
  /// `process.capabilities` all sets are empty.
  init(_ names: Spec.Process.Capabilities?, _ log: RuntimeLog) {
    let supported = Capabilities.supported()
    var unknown: [String] = []
    func set(_ names: [String]?) -> Capabilities {
      var result: Capabilities = []
      for name in names ?? [] {
        if let capability = Capabilities(name: name), supported.contains(capability) {
          result.insert(capability)
        } else if !unknown.contains(name) {
          unknown.append(name)
        }
      }
      return result
    }
    bounding = set(names?.bounding)
    thread = ThreadCapabilities(
      effective: set(names?.effective), permitted: set(names?.permitted),
      inheritable: set(names?.inheritable))
    ambient = set(names?.ambient)
    self.log = log
    if !unknown.isEmpty {
      log.warning(
        "ignoring unknown or unavailable capabilities: \(unknown.sorted().joined(separator: ", "))")
    }
  }

  /// Takes all others out of the bounding set: while the process still has CAP_SETPCAP.
  func dropBounding() throws {
    let surplus = Capabilities.supported().subtracting(bounding)
    do throws(SystemError) {
      try surplus.dropFromBounding()
    } catch {
      // Without CAP_SETPCAP nothing can be dropped; there may be nothing to drop.
      if surplus.isDisjoint(with: Capabilities.bounding()) { return }
      throw RuntimeError.step("process.capabilities.bounding", error)
    }
  }

  /// Makes all that is permitted effective once more: a filter without no_new_privs needs
  /// CAP_SYS_ADMIN, which a change of user took out of the effective set.
  func raiseForFilter(isNeeded: Bool) throws {
    guard isNeeded else { return }
    var all = try ThreadCapabilities.current()
    all.effective = all.permitted
    try all.install()
  }

  /// Gives the process exactly these sets.
  func apply() throws {
    do throws(SystemError) {
      try thread.install()
    } catch {
      guard error.errno == .notPermitted else { throw error }
      let own = try ThreadCapabilities.current().permitted
      let surplus = thread.permitted.union(thread.effective).union(thread.inheritable)
        .subtracting(own)
      throw RuntimeError.unsupported(
        field: "process.capabilities",
        reason: surplus.isEmpty
          ? "what is effective must be permitted, and what is inheritable must be bounding"
          : "the runtime itself lacks \(surplus.names.joined(separator: ", "))")
    }
    // A kernel's refusal of one of them is told, as in other runtimes, and takes nothing away.
    try Capabilities.clearAmbient()
    if ambient.isEmpty { return }
    let allowed = ambient.intersection(thread.permitted).intersection(thread.inheritable)
    try allowed.raiseAmbient()
    let refused = ambient.subtracting(allowed)
    if !refused.isEmpty {
      log.warning(
        "can't raise ambient capabilities that are not both permitted and inheritable: "
          + refused.names.joined(separator: ", "))
    }
  }
}
