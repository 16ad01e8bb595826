import LinuxSystem
import RuntimeSpec
import SystemPackage

/// How the kernel treats a process beside others: `process.scheduler`, `process.ioPriority`,
/// `linux.memoryPolicy` and `linux.personality`.
struct ProcessScheduling {
  private let attributes: SchedulingAttributes?
  private let ioPriority: IOPriority?
  private let memoryPolicy: MemoryPolicy?
  private let personality: Personality?
  private let hasProcessorSet: Bool

  /// Reads and checks the fields; nothing is changed yet.
  init(_ process: Spec.Process, _ linux: Spec.Linux) throws {
    attributes = try process.scheduler.map { try SchedulingAttributes($0) }
    ioPriority = try process.ioPriority.map { try IOPriority($0) }
    memoryPolicy = try linux.memoryPolicy.map { try MemoryPolicy($0) }
    personality = linux.personality.map { $0.domain == .linux32 ? .linux32 : .linux }
    hasProcessorSet = linux.resources?.cpu?.cpus != nil
  }

  /// Gives this process what was asked for.
  func apply() throws {
    if let attributes {
      do throws(SystemError) {
        try attributes.install()
      } catch where error.errno == .notPermitted && hasProcessorSet {
        throw RuntimeError.unsupported(
          field: "process.scheduler", reason: "it cannot be used with linux.resources.cpu.cpus")
      } catch {
        throw RuntimeError.unsupported(field: "process.scheduler", reason: "\(error)")
      }
    }
    try attempt("process.ioPriority") { () throws(SystemError) in try ioPriority?.install() }
    try attempt("linux.personality") { () throws(SystemError) in try personality?.install() }
    try attempt("linux.memoryPolicy") { () throws(SystemError) in try memoryPolicy?.install() }
  }

  private func attempt(_ field: String, _ body: () throws(SystemError) -> Void) throws {
    do throws(SystemError) {
      try body()
    } catch {
      throw RuntimeError.unsupported(field: field, reason: "\(error)")
    }
  }
}

extension SchedulingAttributes {
  init(_ scheduler: Spec.Process.Scheduler) throws {
    guard let policy = SchedulingPolicy(scheduler.policy) else {
      throw RuntimeError.unsupported(
        field: "process.scheduler.policy", reason: "no kernel has \(scheduler.policy.rawValue)")
    }
    self.init(policy: policy)
    nice = scheduler.nice ?? 0
    if policy == .other || policy == .batch, !(-20...19).contains(nice) {
      throw RuntimeError.invalid(
        field: "process.scheduler.nice", reason: "\(nice) is not from -20 to 19")
    }
    let isRealtime = policy == .fifo || policy == .roundRobin
    let level = scheduler.priority ?? 0
    guard level == 0 || isRealtime else {
      throw RuntimeError.invalid(
        field: "process.scheduler.priority", reason: "it is only for SCHED_FIFO and SCHED_RR")
    }
    guard level >= 0 else {
      throw RuntimeError.invalid(
        field: "process.scheduler.priority", reason: "\(level) is not from 1 to 99")
    }
    priority = UInt32(level)
    runtime = scheduler.runtime ?? 0
    deadline = scheduler.deadline ?? 0
    period = scheduler.period ?? 0
    guard policy == .deadline || (runtime == 0 && deadline == 0 && period == 0) else {
      throw RuntimeError.invalid(
        field: "process.scheduler",
        reason: "runtime, deadline and period are only for SCHED_DEADLINE")
    }
    for flag in scheduler.flags ?? [] { flags.insert(Flags(flag)) }
  }
}

extension SchedulingPolicy {
  fileprivate init?(_ policy: Spec.Process.Scheduler.Policy) {
    switch policy {
    case .other: self = .other
    case .fifo: self = .fifo
    case .roundRobin: self = .roundRobin
    case .batch: self = .batch
    case .idle: self = .idle
    case .deadline: self = .deadline
    case .iso: return nil
    }
  }
}

extension SchedulingAttributes.Flags {
  fileprivate init(_ flag: Spec.Process.Scheduler.Flag) {
    switch flag {
    case .resetOnFork: self = .resetOnFork
    case .reclaim: self = .reclaim
    case .deadlineOverrun: self = .deadlineOverrun
    case .keepPolicy: self = .keepPolicy
    case .keepParameters: self = .keepParameters
    case .utilizationClampMinimum: self = .utilizationClampMinimum
    case .utilizationClampMaximum: self = .utilizationClampMaximum
    }
  }
}

extension IOPriority {
  init(_ priority: Spec.Process.IOPriority) throws {
    guard let level = UInt8(exactly: priority.priority), level <= 7 else {
      throw RuntimeError.invalid(
        field: "process.ioPriority.priority", reason: "\(priority.priority) is not from 0 to 7")
    }
    switch priority.class {
    case .realtime: self.init(class: .realtime, level: level)
    case .bestEffort: self.init(class: .bestEffort, level: level)
    case .idle: self.init(class: .idle, level: level)
    }
  }
}

extension MemoryPolicy {
  init(_ policy: Spec.Linux.MemoryPolicy) throws {
    let field = "linux.memoryPolicy.nodes"
    self.init(mode: Mode(policy.mode))
    for flag in policy.flags ?? [] {
      switch flag {
      case .numaBalancing: flags.insert(.numaBalancing)
      case .relativeNodes: flags.insert(.relativeNodes)
      case .staticNodes: flags.insert(.staticNodes)
      }
    }
    if let list = policy.nodes, !list.isEmpty {
      guard let nodes = NumberSet(list: list) else {
        throw RuntimeError.invalid(field: field, reason: "\(quoted(list)) is no list as 0-3,7")
      }
      self.nodes = nodes
    }
    switch mode {
    case .default, .local:
      guard nodes.isEmpty else {
        throw RuntimeError.invalid(field: field, reason: "\(policy.mode.rawValue) takes no nodes")
      }
    case .bind, .interleave, .weightedInterleave, .preferredMany:
      guard !nodes.isEmpty else {
        throw RuntimeError.invalid(field: field, reason: "\(policy.mode.rawValue) needs nodes")
      }
    case .preferred: break
    }
  }
}

extension MemoryPolicy.Mode {
  fileprivate init(_ mode: Spec.Linux.MemoryPolicy.Mode) {
    switch mode {
    case .default: self = .default
    case .bind: self = .bind
    case .interleave: self = .interleave
    case .weightedInterleave: self = .weightedInterleave
    case .preferred: self = .preferred
    case .preferredMany: self = .preferredMany
    case .local: self = .local
    }
  }
}
