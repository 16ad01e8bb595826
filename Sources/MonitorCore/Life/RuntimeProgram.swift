import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Calls of the OCI runtime: each is a child process.
final class RuntimeProgram {
  struct Failure: Error {
    /// What the runtime said.
    var message: String
    /// What it ended with.
    var status: CInt
  }

  private let plan: LaunchPlan.Runtime
  private let folder: FileDescriptor
  private let folderPath: String
  private let children: Children
  private let protection: OutOfMemoryProtection
  private var calls = 0

  init(
    _ plan: LaunchPlan, folder: FileDescriptor, children: Children,
    protection: OutOfMemoryProtection
  ) {
    self.protection = protection
    self.plan = plan.runtime
    folderPath = plan.runFolder
    self.folder = folder
    self.children = children
  }

  /// A path in the run folder that nothing else has.
  func freshName(_ stem: String) -> String {
    calls &+= 1
    return "\(stem)-\(calls)"
  }

  func path(_ name: String) -> String { "\(folderPath)/\(name)" }

  /// Runs a command of the runtime.
  ///
  /// - Parameters:
  ///   - descriptors: those without a number of their own are /dev/null.
  ///   - completion: called when the runtime has ended, before any child of it that has ended since
  ///     is forgotten.
  /// - Returns: the runtime's process, to be killed if need be.
  @discardableResult
  func run(
    _ arguments: [String], descriptors: [CInt: FileDescriptor] = [:],
    completion: @escaping (Failure?) -> Void
  ) -> ProcessID? {
    let log = freshName("log")
    let process: ProcessHandle
    do {
      let null = try openFile("/dev/null", [.readWrite])
      var launch = ProgramLaunch(
        plan.program,
        [plan.program] + plan.options + ["--log", path(log), "--log-format", "json"] + arguments)
      launch.descriptors = [0: null.lent, 1: null.lent, 2: null.lent]
        .merging(descriptors) { $1 }
      process = try protection.suspended { try startSealed(launch) ?? launch.start() }
      withExtendedLifetime(null) {}
    } catch {
      completion(Failure(message: "\(error)", status: 127))
      return nil
    }
    children.runtimeStarted()
    children.expect(process.id) { [self] status in
      let failure = status == .exited(0) ? nil : failure(status, arguments.first ?? "", log)
      try? folder.removeFile(log)
      completion(failure)
      children.runtimeDone()
    }
    return process.id
  }

  /// Starts the program from an image that nobody can write to, which it would else make itself and then
  /// execute anew; nil where it has to.
  private func startSealed(_ launch: ProgramLaunch) -> ProcessHandle? {
    guard plan.startsSealed, let image = try? readOnlyMount(ofFile: plan.program) else {
      return nil
    }
    var sealed = launch
    // By our number: the new process has it under none.
    sealed.path = "/proc/\(CurrentProcess.id)/fd/\(image.lent.rawValue)"
    let process = try? sealed.start()
    withExtendedLifetime(image) {}
    return process
  }

  private func failure(_ status: ExitStatus, _ verb: String, _ log: String) -> Failure {
    let message =
      lastError(in: log) ?? "\(plan.program) \(verb) ended with status \(status.shellStatus)"
    return Failure(message: message, status: status.shellStatus)
  }

  /// The last message of the log that tells of an error.
  private func lastError(in log: String) -> String? {
    guard let file = try? folder.open(log, [.readOnly, .noFollow]),
      let text = try? file.lent.readToEnd(limit: 1 << 20)
    else { return nil }
    for line in text.split(separator: UInt8(ascii: "\n")).reversed() {
      guard let entry = try? JSONReader().read(LogEntry.self, from: Array(line)) else { continue }
      if ["error", "fatal"].contains(entry.level) { return entry.message }
    }
    return nil
  }

  private struct LogEntry: JSONObject {
    var level = ""
    var message = ""
    static var blank: Self { Self() }
    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("level", &level)
      try object.member("msg", &message)
    }
  }

  /// Reads the number that a runtime wrote into a pid file, and removes the file.
  func takeProcessID(from name: String) throws -> ProcessID {
    let file = try folder.open(name, [.readOnly, .noFollow])
    let text = String(decoding: try file.lent.readToEnd(limit: 64), as: UTF8.self)
    try? folder.removeFile(name)
    guard let id = ProcessID(text.filter { !$0.isWhitespace }), id > 0 else {
      throw SystemError("parse", path(name), .invalidArgument)
    }
    return id
  }
}
