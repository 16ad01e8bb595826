import Foundation
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage
import Testing

let programFolder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

/// The runtimes that the monitor is tried with; those that are not installed are left out.
let runtimes: [String] = [programFolder + "/ocirun", "/usr/sbin/runc"]
  .filter { access($0, X_OK) == 0 }

/// Why the monitor cannot be tried here; `nil` where it can.
let reasonToSkip: String? = {
  if geteuid() != 0 { return "needs root" }
  if access("/bin/busybox", X_OK) != 0 { return "busybox-static is not installed" }
  if access(programFolder + "/podman-monitor", X_OK) != 0 || runtimes.isEmpty {
    return "podman-monitor or ocirun has not been built beside the tests"
  }
  return nil
}()

/// A container of one test with its monitor, in a folder that goes with it.
final class TestContainer {
  let folder: String
  var plan: LaunchPlan
  private let process: String

  init(_ runtime: String, _ words: String..., terminal: Bool = false) throws {
    var template = Array("/tmp/monitorXXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "", currentErrno()) }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let name = String(folder.dropFirst("/tmp/".count))
    for part in ["run", "rootfs/bin", "rootfs/dev", "rootfs/proc", "rootfs/sys", "rootfs/tmp"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: "\(folder)/rootfs/bin/busybox")
    for applet in ["sh", "cat", "sleep", "yes", "head", "wc", "stty", "test", "dd"] {
      symlink("busybox", "\(folder)/rootfs/bin/\(applet)")
    }
    process = TestContainer.process(words, terminal: terminal)
    plan = LaunchPlan(
      id: name, name: name,
      runtime: .init(program: runtime, options: ["--root", "\(folder)/state"]), bundle: folder,
      runFolder: folder + "/run")
    if runtime.hasSuffix("ocirun") { plan.runtime.startFIFO = "\(folder)/state/\(name)/exec.fifo" }
    plan.starts = true
    plan.log = LogPlan(driver: .k8sFile, path: folder + "/ctr.log")
    plan.eventCommand = ["/bin/sh", "-c", "echo \"$@\" >> \(folder)/events", "event"]
    plan.cleanUpCommand = ["/bin/sh", "-c", "echo gone >> \(folder)/cleaned"]
  }

  deinit {
    let last = status
    if let last, last.state != .exited { kill(last.pid, SIGKILL) }
    let runtime = Process()
    runtime.executableURL = URL(fileURLWithPath: plan.runtime.program)
    runtime.arguments = plan.runtime.options + ["delete", "--force", plan.id]
    runtime.standardError = FileHandle.nullDevice
    try? runtime.run()
    runtime.waitUntilExit()
    // The monitor becomes the clean-up command, which writes into the folder.
    if let last {
      _ = eventually {
        guard let process = try? ProcessStat(of: last.monitor) else { return true }
        return process.hasEnded || process.startTime != last.monitorStartTime
      }
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// A process document.
  static func process(_ words: [String], terminal: Bool = false) -> String {
    let arguments = words.map { "\"\($0)\"" }.joined(separator: ",")
    return """
      {"args":[\(arguments)],"cwd":"/","terminal":\(terminal),"env":["PATH=/bin"],\
      "user":{"uid":0,"gid":0}}
      """
  }

  private func writeConfiguration() throws {
    let text = """
      {"ociVersion":"1.0.2","process":\(process),"root":{"path":"rootfs"},"mounts":[
      {"destination":"/proc","type":"proc","source":"proc"},
      {"destination":"/dev","type":"tmpfs","source":"tmpfs"},
      {"destination":"/dev/pts","type":"devpts","source":"devpts",
       "options":["newinstance","ptmxmode=0666","mode=0620"]}],
      "linux":{"cgroupsPath":"/\(plan.id)","namespaces":[
      {"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}]}}
      """
    try text.write(toFile: folder + "/config.json", atomically: false, encoding: .utf8)
  }

  // MARK: The monitor

  /// Starts the monitor, and waits for its answer.
  @discardableResult func launch(passing attached: FileDescriptor? = nil) throws -> LaunchAnswer {
    try writeConfiguration()
    let text = try JSONWriter().write(plan)
    let planFile = try OwnedDescriptor.dataFile("plan", text)
    var pipe = try LinuxSystem.Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
      throw SystemError("pipe", "", .badFileDescriptor)
    }
    let program = programFolder + "/podman-monitor"
    var launch = ProgramLaunch(program, [program, "3", "4"])
    launch.descriptors = [3: planFile.lent, 4: writing.lent]
    if let attached { launch.descriptors[5] = attached }
    let status = try launch.start().wait()
    #expect(status == .exited(0))
    try writing.close()
    return try JSONReader().read(
      LaunchAnswer.self, from: try reading.lent.readToEnd(limit: 1 << 16))
  }

  var status: MonitorStatus? {
    (FileManager.default.contents(atPath: folder + "/run/status.json")).flatMap {
      try? JSONReader().read(MonitorStatus.self, from: Array($0))
    }
  }

  func text(_ file: String) -> String {
    String(
      decoding: FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data(), as: UTF8.self)
  }

  /// The log's texts, without times.
  var log: [String] {
    text("ctr.log").split(separator: "\n").map { line in
      line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).last.map(
        String.init)
        ?? ""
    }
  }

  /// Waits until the clean-up command has run.
  func waitForCleanUp() throws {
    try #require(eventually { FileManager.default.fileExists(atPath: folder + "/cleaned") })
  }

  func connect(
    _ request: MonitorRequest, with descriptors: [FileDescriptor] = []
  ) throws -> Connection {
    let socket = try UnixSocket.connect(.sequencedPacket, to: folder + "/run/monitor.sock")
    try socket.lent.send(try JSONWriter().write(request), with: descriptors)
    return Connection(SharedDescriptor(socket))
  }

  func attach(_ how: AttachRequest = AttachRequest()) throws -> Connection {
    var request = MonitorRequest(.attach)
    request.attach = how
    return try connect(request)
  }

  func ask(_ verb: MonitorRequest.Verb, _ stop: StopPlan? = nil) throws -> MonitorAnswer {
    var request = MonitorRequest(verb)
    request.stop = stop
    return try connect(request).answer()
  }
}

/// A client's end of a connection to a monitor.
struct Connection {
  let socket: SharedDescriptor

  init(_ socket: SharedDescriptor) { self.socket = socket }

  /// The next packet, and the descriptors with it; `nil` at the end.
  func next() throws -> (kind: MonitorPacket, text: String, descriptors: [SharedDescriptor])? {
    guard try socket.lent.isReadable(within: 20_000) else {
      throw SystemError("receive", "a packet", .timedOut)
    }
    let message = try socket.lent.receive(bytes: 1 << 17, descriptors: 4)
    guard let first = message.bytes.first, let kind = MonitorPacket(rawValue: first) else {
      return nil
    }
    return (kind, String(decoding: message.bytes.dropFirst(), as: UTF8.self), message.descriptors)
  }

  func answer() throws -> MonitorAnswer {
    let packet = try #require(try next())
    #expect(packet.kind == .answer)
    return try JSONReader().read(MonitorAnswer.self, from: packet.text)
  }

  func send(_ kind: MonitorPacket, _ text: String = "") throws {
    try socket.lent.send(kind.packet(text), with: [])
  }

  /// All that comes until the end: texts of each stream, and the exit status.
  func rest() throws -> (output: String, errorOutput: String, exit: Int32?, skipped: Int) {
    var result = (output: "", errorOutput: "", exit: Int32?.none, skipped: 0)
    while let packet = try next() {
      switch packet.kind {
      case .output: result.output += packet.text
      case .errorOutput: result.errorOutput += packet.text
      case .skipped: result.skipped += Int(packet.text) ?? 0
      case .exit:
        result.exit = Int32(packet.text)
        return result
      default: break
      }
    }
    return result
  }
}

/// Asks again and again until it holds or twenty seconds are over.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let limit = Date().addingTimeInterval(20)
  while true {
    if try condition() { return true }
    if Date() > limit { return false }
    usleep(5000)
  }
}
