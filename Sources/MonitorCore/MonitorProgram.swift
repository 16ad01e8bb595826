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
  do {
    // The caller waits for this process only: what goes on in the other is nobody's child.
    guard case .child = try Clone.clone() else { return 0 }
  } catch {
    return 125
  }
  try? FileDescriptor(rawValue: answer).setCloseOnExecution(true)
  let planAnswer = PlanAnswer(SharedDescriptor(OwnedDescriptor(owning: answer)))
  do {
    let monitor = try prepare(plan, planAnswer)
    monitor.launch()
    try monitor.loop.run()
    monitor.finish()
    return 0
  } catch {
    planAnswer.send(LaunchAnswer(monitor: CurrentProcess.id, error: "podman-monitor: \(error)"))
    return 125
  }
}

/// Reads the plan, and leaves all that is the caller's: session, folder, cgroup, streams.
private func prepare(_ planNumber: CInt, _ answer: PlanAnswer) throws -> Monitor {
  let source = OwnedDescriptor(owning: planNumber)
  let plan = try JSONReader().read(
    LaunchPlan.self, from: try source.lent.readToEnd(limit: 16 << 20, subject: "the plan"))
  try source.close()
  let inherited = try takeInherited(plan)
  // Runtimes would serve the service manager themselves, beside the monitor.
  CurrentProcess.removeEnvironmentVariable("NOTIFY_SOCKET")
  try CurrentProcess.startSession()
  try CurrentProcess.setChildSubreaper(true)
  try CurrentProcess.changeDirectory(to: "/")
  try joinCgroups(plan.cgroups)
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

/// Moves this process; a cgroup that refuses it leaves it where it is.
private func joinCgroups(_ folders: [String]) throws {
  for folder in folders {
    try? makeDirectories(folder, mode: 0o755)
    guard let file = try? openFile("\(folder)/cgroup.procs", [.writeOnly]) else { continue }
    try? file.lent.writeAll("\(CurrentProcess.id)")
  }
}
