import LinuxSystem
import RuntimeSpec
import SystemPackage

/// What only the runtime may have the right to set for a new process: its resource limits and how
/// soon it is killed for want of memory.
struct ProcessLimits {
  private let limits: [Spec.Process.Rlimit]
  private let oomScoreAdjustment: Int?

  init(_ process: Spec.Process) {
    limits = process.rlimits ?? []
    oomScoreAdjustment = process.oomScoreAdj
  }

  /// Sets them for a process, by its number as the runtime sees it.
  func apply(to process: ProcessID) throws {
    if let oomScoreAdjustment { try setOOMScore(oomScoreAdjustment, of: process) }
    for limit in limits {
      guard let resource = ResourceLimit(name: limit.type.rawValue) else {
        throw RuntimeError.unsupported(
          field: "process.rlimits", reason: "\(limit.type.rawValue) is not known")
      }
      do throws(SystemError) {
        try resource.set(.init(soft: limit.soft, hard: limit.hard), of: process)
      } catch {
        throw RuntimeError.unsupported(
          field: "process.rlimits \(limit.type.rawValue)", reason: reason(limit, resource, error))
      }
    }
  }

  private func reason(
    _ limit: Spec.Process.Rlimit, _ resource: ResourceLimit, _ error: SystemError
  ) -> String {
    guard error.errno == .notPermitted, let own = try? resource.values() else { return "\(error)" }
    return
      "a hard limit of \(limit.hard) needs CAP_SYS_RESOURCE, as the runtime's own is \(own.hard)"
  }

  /// The process is not yet in the hands of the container: /proc is the runtime's.
  private func setOOMScore(_ value: Int, of process: ProcessID) throws {
    do throws(SystemError) {
      let file = try openFile("/proc/\(process)/oom_score_adj", [.writeOnly])
      try file.lent.writeAll("\(value)", subject: "/proc/\(process)/oom_score_adj")
    } catch {
      guard error.errno == .permissionDenied else { throw error }
      // Nothing is to be done where the process has inherited the value.
      let present = try readFile("/proc/\(process)/oom_score_adj", limit: 64)
      if present.elementsEqual(Array("\(value)\n".utf8)) { return }
      throw RuntimeError.unsupported(
        field: "process.oomScoreAdj",
        reason: "a value below the runtime's own needs CAP_SYS_RESOURCE")
    }
  }
}
