import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The processors of a process that `exec` starts: `process.execCPUAffinity`.
struct ProcessAffinity {
  private let initial: NumberSet?
  private let final: NumberSet?

  /// Reads the lists; nothing is changed yet.
  init(_ affinity: Spec.Process.ExecCPUAffinity?) throws {
    initial = try ProcessAffinity.read(affinity?.initial, "process.execCPUAffinity.initial")
    final = try ProcessAffinity.read(affinity?.final, "process.execCPUAffinity.final")
  }

  private static func read(_ list: String?, _ field: String) throws -> NumberSet? {
    guard let list, !list.isEmpty else { return nil }
    guard let set = NumberSet(list: list) else {
      throw RuntimeError.invalid(field: field, reason: "\(quoted(list)) is no list as 0-3,7")
    }
    return set
  }

  /// Restricts this process, before the container's cgroup does: what it makes next inherits it.
  func applyInitial() throws {
    guard let initial else { return }
    try step("process.execCPUAffinity.initial") { try ProcessorAffinity.set(initial) }
  }

  /// Restricts a process that is in the container's cgroup now. Where nothing is asked for it may
  /// run on all of the cgroup's processors, whatever the runtime itself was restricted to.
  func applyFinal(to process: ProcessID, log: RuntimeLog) throws {
    if let final {
      try step("process.execCPUAffinity.final") {
        try ProcessorAffinity.set(final, of: process)
      }
    } else if initial == nil {
      do throws(SystemError) {
        try ProcessorAffinity.reset(of: process)
      } catch {
        log.warning("the process keeps the runtime's processors: \(error)")
      }
    }
  }
}
