import LinuxSystem
import RuntimeSpec
import SystemPackage

@testable import RuntimeCore

/// Writes a line at once: the process may end, or become another, without the C library's
/// knowledge.
func say(_ line: String) {
  try? FileDescriptor.standardOutput.writeAll(line.hasSuffix("\n") ? line : line + "\n")
}

let log = RuntimeLog(.debug) { level, message in say("log \(level): \(message)") }
let arguments = Array(CommandLine.arguments.dropFirst())

/// The number that an argument is, 0 for one that is none.
func number<Number: FixedWidthInteger>(_ index: Int) -> Number {
  arguments.indices.contains(index) ? Number(arguments[index]) ?? 0 : 0
}

func numbers(_ list: String) -> [UInt32] { list.split(separator: ",").compactMap { UInt32($0) } }

/// The lines of /proc/self/status that begin with one of these names.
func printStatus(_ names: String...) throws {
  for line in String(decoding: try readFile("/proc/self/status", limit: 1 << 16), as: UTF8.self)
    .split(separator: "\n") where names.contains(where: { line.hasPrefix("\($0):") })
  {
    say(line.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }
}

func probeSealedExecutable() throws {
  switch arguments.last {
  case "mount": try SealedExecutable.ensure(name: "probe", by: [.mount])
  case "user": try SealedExecutable.ensure(name: "probe", by: [.mountInUserNamespace])
  case "copy": try SealedExecutable.ensure(name: "probe", by: [.copy])
  default: try SealedExecutable.ensure(name: "probe")
  }
  say("arguments \(CommandLine.arguments.dropFirst().joined(separator: " "))")
  say("executable \(try linkTarget(of: "/proc/self/exe"))")
  say("comm \(String(decoding: try readFile("/proc/self/comm", limit: 64), as: UTF8.self))")
  for (name, attempt) in attacks {
    do throws(SystemError) {
      try attempt()
      say("\(name) succeeded")
    } catch {
      say("\(name) refused")
    }
  }
}

/// What a container's root could try on the file that it found.
private let attacks: [(String, @Sendable () throws(SystemError) -> Void)] = [
  ("write", { () throws(SystemError) in _ = try openFile("/proc/self/exe", [.writeOnly]).number }),
  (
    "write by descriptor",
    { () throws(SystemError) in
      let file = try openFile("/proc/self/exe", [.path])
      _ = try openFile("/proc/self/fd/\(file.number)", [.readWrite]).number
    }
  ),
  (
    "remount",
    { () throws(SystemError) in
      let file = try openFile("/proc/self/exe", [.path])
      try file.lent.changeMount(clear: [.readOnly])
    }
  ),
  (
    "bind",
    { () throws(SystemError) in
      let file = try openFile("/proc/self/exe", [.path])
      let copy = try file.lent.cloneMount(recursive: false)
      try copy.lent.changeMount(clear: [.readOnly])
      _ = try openFile("/proc/self/fd/\(copy.number)", [.writeOnly]).number
    }
  ),
]

func probeCapabilities() throws {
  let names = Spec.Process.Capabilities(
    bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_SYSLOG"], effective: ["CAP_KILL", "CAP_SYSLOG"],
    inheritable: arguments.contains("inherit") ? ["CAP_KILL"] : [],
    permitted: ["CAP_KILL", "CAP_SYSLOG"],
    ambient: arguments.contains("inherit") ? ["CAP_KILL", "CAP_SYSLOG", "CAP_NONSENSE"] : [])
  let capabilities = ProcessCapabilities(arguments.contains("none") ? nil : names, log)
  try capabilities.dropBounding()
  try ProcessIdentity(Spec.Process.User(uid: number(1), gid: 0)).assume()
  try capabilities.raiseForFilter(isNeeded: true)
  try printStatus("CapEff")
  try capabilities.apply()
  try printStatus("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
}

func probeScheduling() throws {
  let process = Spec.Process(
    user: .init(uid: 0, gid: 0), cwd: "/",
    scheduler: .init(policy: .batch, nice: 7, flags: [.resetOnFork]),
    ioPriority: .init(class: .bestEffort, priority: 6))
  let linux = Spec.Linux(
    memoryPolicy: arguments.contains("memory") ? .init(mode: .bind, nodes: "0") : nil,
    personality: .init(domain: .linux32))
  try ProcessScheduling(process, linux).apply()
  let stat = String(decoding: try readFile("/proc/self/stat", limit: 4096), as: UTF8.self)
    .split(separator: " ")
  say("nice \(stat[18]) policy \(stat[40])")
  let priority = try IOPriority.current()
  say("io \(priority.map { "\($0.class) \($0.level)" } ?? "none")")
  say(
    "personality \(String(decoding: try readFile("/proc/self/personality", limit: 64), as: UTF8.self))"
  )
}

/// Makes an empty folder this process's root, with /proc of its own and a descriptor of the host's
/// root left open.
func enterEmptyRoot(_ path: String) throws {
  try Namespaces.unshare(.mount)
  let host = try openFile("/", [.path, .directory])
  let procfs = try ProcFileSystem()
  let root = try openFile(path, [.path, .directory])
  try root.lent.makeDirectory("proc", mode: 0o755)
  let target = try root.lent.open("proc", [.path, .directory])
  try procfs.directory.attachMount(to: target.lent)
  try changeRoot(path)
  say("host root is descriptor \(host.release().rawValue)")
}

func probeDescriptors() throws {
  let inherited = try InheritedDescriptors(preserved: number(1))
  var pair = try SocketPair(.stream)
  guard let kept = pair.first.take() else { return }
  let environment = inherited.environment(["A=1", "LISTEN_FDS=77"])
  say("environment \(environment.joined(separator: " "))")
  try inherited.closeOthers(keeping: kept.lent)
  try CurrentProcess.execute(
    "/bin/ls", ArgumentVector(["ls", "/proc/self/fd"]), ArgumentVector([]))
}

func probeClone() throws {
  var options = CloneOptions()
  options.namespaces = [.pid, .mount, .uts]
  switch try Clone.clone(options) {
  case .child:
    say("child is \(CurrentProcess.id)")
    CurrentProcess.exit(7)
  case .parent(let child):
    say("running \(try !child.hasEnded(within: 0))")
    say("ended \(try child.hasEnded(within: 5000))")
    say("status \(try child.wait())")
  }
  switch try Clone.clone() {
  case .child:
    while true { _ = try FileDescriptor.standardInput.isReadable(within: 60_000) }
  case .parent(let child):
    try child.send(.kill)
    say("status \(try child.wait())")
  }
}

/// Gives the standard streams to a user, and shows whose they are.
func probeStreams() throws {
  if arguments.contains("closed") { try DescriptorTable.close(0...0) }
  try StandardStreams.giveTo(1234)
  for stream in [FileDescriptor.standardInput, .standardOutput, .standardError] {
    guard let status = try? stream.status() else { continue }
    say("\(stream.rawValue) belongs to \(status.uid)")
  }
}

func probeSignals() throws {
  let mask = SignalMask(.terminate, .hangup)
  let before = try mask.block()
  say("blocked before \(before.contains(.terminate))")
  let signals = try mask.openDescriptor(nonBlocking: true)
  say("pending \(try signals.read() != nil)")
  try Signal.terminate.send(to: CurrentProcess.id)
  let received = try signals.read()
  say(
    "received \(received?.signal.name ?? "none") from self \(received?.sender == CurrentProcess.id)"
  )
  try Signal.pipe.ignore()
  Signal.resetAll()
  try printStatus("SigIgn")
}

func probeKeyring() throws {
  let keyring = try SessionKeyring.join("_ses.probe-\(CurrentProcess.id)")
  try keyring.allow(.userSearch)
  // A keyring of this name exists now, and may be searched: it is the same that is joined again.
  _ = try SessionKeyring.join("_ses.probe-\(CurrentProcess.id)")
  for line in String(decoding: try readFile("/proc/keys", limit: 1 << 20), as: UTF8.self)
    .split(separator: "\n") where line.contains("_ses.probe-\(CurrentProcess.id)")
  {
    say("key \(line.split(separator: " ")[4])")
  }
}

/// Limits a child from outside, and shows what that comes to.
func probeLimits() throws {
  let process = Spec.Process(
    user: .init(uid: 0, gid: 0), cwd: "/",
    rlimits: [.init(type: .openFiles, hard: number(1), soft: 100)], oomScoreAdj: 500)
  try ProcessorAffinity.set(NumberSet(list: "0") ?? NumberSet())
  guard case .parent(let child) = try Clone.clone() else {
    while true { _ = try FileDescriptor.standardInput.isReadable(within: 60_000) }
  }
  defer {
    try? child.send(.kill)
    _ = try? child.wait()
  }
  try ProcessLimits(process).apply(to: child.id)
  let limit = try ResourceLimit.openFiles.values(of: child.id)
  say("open files \(limit.soft) of \(limit.hard)")
  let score = try readFile("/proc/\(child.id)/oom_score_adj", limit: 64)
  say("oom \(String(decoding: score, as: UTF8.self))")
  try ProcessAffinity(nil).applyFinal(to: child.id, log: log)
  say(
    "all processors \(try ProcessorAffinity.current(of: child.id) != ProcessorAffinity.current())")
}
