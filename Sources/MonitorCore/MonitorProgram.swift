import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// `podman-monitor PLAN ANSWER`: the whole program. `LaunchPlan` says what the two descriptors are.
///
/// - Returns: the status to exit with.
public func runMonitor(_ arguments: [String]) -> CInt {
  guard arguments.count == 3, let plan = CInt(arguments[1]), let answer = CInt(arguments[2]),
    plan > 2, answer > 2, plan != answer, FileDescriptor(rawValue: plan).isOpen,
    FileDescriptor(rawValue: answer).isOpen
  else {
    try? FileDescriptor.standardError.writeAll(
      "podman-monitor: it is started by podman, with a plan and the descriptor for its answer\n")
    return 125
  }
  try? FileDescriptor(rawValue: answer).setCloseOnExecution(true)
  let planAnswer = PlanAnswer(SharedDescriptor(OwnedDescriptor(owning: answer)))
  do {
    let plan = try readPlan(plan)
    let place = MonitorCgroup(plan.cgroup)
    // The caller waits for this process only: what goes on in the other is nobody's child.
    switch try place.clone() {
    case .parent(let monitor):
      place.take(monitor.id)
      return 0
    case .child: place.enter()
    }
    let monitor = try prepare(plan, planAnswer)
    monitor.launch()
    monitor.keepUp()
    try monitor.loop.run()
    monitor.finish()
    return 0
  } catch {
    planAnswer.send(LaunchAnswer(monitor: CurrentProcess.id, error: "podman-monitor: \(error)"))
    return 125
  }
}

private func readPlan(_ number: CInt) throws -> LaunchPlan {
  let source = OwnedDescriptor(owning: number)
  let bytes = try source.lent.readToEnd(limit: 16 << 20, subject: "the plan")
  return try JSONReader().read(LaunchPlan.self, from: bytes)
}

/// Leaves all that is the caller's: session, folder, streams.
private func prepare(_ plan: LaunchPlan, _ answer: PlanAnswer) throws -> Monitor {
  let inherited = try takeInherited(plan)
  // Runtimes would serve the service manager themselves, beside the monitor.
  CurrentProcess.removeEnvironmentVariable("NOTIFY_SOCKET")
  try CurrentProcess.startSession()
  try CurrentProcess.setChildSubreaper(true)
  try CurrentProcess.changeDirectory(to: "/")
  let null = try openFile("/dev/null", [.readWrite])
  for number in CInt(0)...2 { try null.lent.install(as: number) }
  return try Monitor(plan, answer: answer, inherited: inherited)
}

/// Takes over the descriptors that the plan names, under the numbers that they had.
private func takeInherited(_ plan: LaunchPlan) throws -> [CInt: SharedDescriptor] {
  var inherited: [CInt: SharedDescriptor] = [:]
  let preserved = CInt(clamping: max(0, plan.preservedDescriptors))
  for number in CInt(3)..<(3 + preserved) {
    let file = SharedDescriptor(OwnedDescriptor(owning: number))
    try file.lent.setCloseOnExecution(true)
    inherited[number] = file
  }
  for number in plan.heldDescriptors + [plan.attached?.number ?? -1]
  where number > 2 && inherited[number] == nil {
    let file = SharedDescriptor(OwnedDescriptor(owning: number))
    try file.lent.setCloseOnExecution(true)
    inherited[number] = file
  }
  guard plan.log.driver == .passthrough || plan.log.driver == .passthroughTTY else {
    return inherited
  }
  for number in CInt(0)...2 {
    inherited[number] = SharedDescriptor(try FileDescriptor(rawValue: number).duplicated())
  }
  return inherited
}
