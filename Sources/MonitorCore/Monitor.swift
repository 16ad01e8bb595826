import Cgroups
import HelperProtocols
import LinuxSystem
import SystemPackage

/// One container's monitor: what it is made of. What it does stands in the extensions.
///
/// A container's life, and where it is told:
///
///     launch → created → starting → running ─→ exited ─→ (clients read the rest) ─→ clean-up
///                  ↑                    │
///                  └── restarting ←─────┘                 Monitor+Life, Monitor+End
final class Monitor {
  enum Phase {
    case creating
    case created
    case starting
    case running
    /// Could not be created or started; what there is of it is taken away.
    case failing
    /// Waits to be started again.
    case restarting
    /// Gone for good; clients may still read, and somebody clean up.
    case exited
  }

  let plan: LaunchPlan
  /// Where descriptors of the caller's stand that the container gets, by their numbers.
  private(set) var inherited: [CInt: SharedDescriptor]
  let folder: SharedDescriptor
  let loop: EventLoop
  let children: Children
  let protection = OutOfMemoryProtection()
  let runtime: RuntimeProgram
  let streams: ContainerStreams
  let log: (any ContainerLog)?
  let notification: ServiceNotification?
  private(set) var health: HealthChecker?
  private(set) var requests: RequestListener?
  private var statusFile: StatusFile?

  let answer: PlanAnswer
  var phase = Phase.creating
  var restart: RestartPlan
  /// What the first creation restores the container with; nil once that was done.
  var restoreOptions: [String]?
  var backOff = RestartBackOff()
  /// The first process, from its creation to its end.
  var pid: ProcessID?
  var runtimeProcess: ProcessID?
  var console: ConsoleSocket?
  var outOfMemory: OutOfMemoryWatch?
  var startedAt: Int64 = 0
  /// It ended while the runtime was still starting it.
  var earlyEnd: ExitStatus?
  var restartsRegardless = false
  var timers: [EventLoop.Timer] = []
  var restartTimer: EventLoop.Timer?
  var cleaningClient: AttachClient?
  var isCleanedUp = false

  init(
    _ plan: LaunchPlan, answer: PlanAnswer, inherited: [CInt: SharedDescriptor]
  ) throws {
    self.plan = plan
    self.answer = answer
    self.inherited = inherited
    restart = plan.restart
    restoreOptions = plan.restoreOptions
    folder = SharedDescriptor(try openFile(plan.runFolder, [.readOnly, .directory]))
    let children = Children()
    self.children = children
    let signals = SignalReceiver()
    loop = try EventLoop(children: children) { signals.handler?($0) }
    runtime = RuntimeProgram(
      plan, folder: folder.lent, children: children, protection: protection)
    log = try makeLog(plan)
    streams = ContainerStreams(loop, log: log, standardInput: plan.standardInput)
    let loop = loop
    notification = try plan.notification.map { try ServiceNotification($0, loop) }
    signals.handler = { [unowned self] in receive($0) }
    statusFile = StatusFile(folder: folder.lent, restartCount: plan.restart.count) {
      [unowned self] in requests?.statusChanged($0)
    }
    health = plan.health.map { HealthChecker($0, self) }
    requests = try RequestListener(self)
  }

  /// The loop exists before what it calls does.
  private final class SignalReceiver { var handler: ((Signal) -> Void)? }

  var status: MonitorStatus { statusFile?.status ?? .blank }
  func updateStatus(_ change: (inout MonitorStatus) -> Void) { statusFile?.update(change) }

  /// Whether the container's processes are suspended.
  var isPaused: Bool {
    guard let pid, let layout = try? CgroupLayout.detect(),
      let cgroup = try? ContainerCgroup(of: pid, layout: layout)
    else { return false }
    return (try? cgroup.isFrozen) ?? false
  }

  // MARK: Further processes

  func sessionStarted(_ name: String?) {
    if let name { updateStatus { $0.sessions.append(name) } }
  }

  func sessionEnded(_ name: String?) {
    if let name { updateStatus { $0.sessions.removeAll { $0 == name } } }
  }

  /// Lets go of what was only held: before anybody hears that the container is gone, so that its ports are
  /// free for the next.
  func releaseHeld() {
    for number in plan.heldDescriptors { inherited[number] = nil }
  }

  // MARK: Signals

  /// As conmon: what asks the monitor to end is for the container.
  private func receive(_ signal: Signal) {
    switch signal {
    case .terminate, .interrupt, .quit:
      if phase == .restarting || pid != nil {
        // The machine or the unit goes down: it is not to come back.
        stop(StopPlan(signal: signal.rawValue, timeout: -1))
      } else if let runtimeProcess {
        try? signal.send(to: runtimeProcess)
      }
    case .user1: streams.reopenLog()
    default: break
    }
  }

  /// Runs the plan's program for events, without waiting for it.
  func announce(_ words: String...) {
    run(plan.eventCommand.isEmpty ? [] : plan.eventCommand + words)
  }

  // MARK: Upkeep

  /// Has the upkeep done from time to time, whether the container runs or waits for its next start.
  func keepUp() {
    guard let upkeep = plan.upkeep else { return }
    let (milliseconds, isTooLong) = max(upkeep.interval, 1).multipliedReportingOverflow(by: 1000)
    guard !isTooLong else { return }
    _ = loop.after(milliseconds: milliseconds) { [unowned self] in
      if phase == .exited { return }
      run(upkeep.command)
      keepUp()
    }
  }

  /// Runs a command that nobody waits for.
  private func run(_ command: [String]) {
    guard let program = command.first else { return }
    guard let null = try? openFile("/dev/null", [.readWrite]) else { return }
    let launch = ProgramLaunch(
      program, command,
      descriptors: [0: null.lent, 1: null.lent, 2: null.lent])
    guard let process = try? protection.suspended({ try launch.start() }) else { return }
    children.expect(process.id) { _ in }
  }
}
