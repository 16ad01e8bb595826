import HelperProtocols
import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

extension Containers {
  /// A further process in a running container.
  public struct ExecOptions: Sendable {
    /// The command line.
    public var words: [String]
    /// Variables beside those of the container.
    public var environment: [(name: String, value: String)] = []
    public var workingDirectory: String?
    /// As `--user`; nil for the container's own.
    public var user: String?
    public var hasTerminal = false
    public var sendsInput = false
    public var isPrivileged = false
    /// Whether nobody waits for it.
    public var isDetached = false
    public var detachKeys: [UInt8] = []
    public var preserved = PreservedDescriptors()
    /// Whether `inspect` and events tell of it.
    public var hasSession = true

    public init(_ words: [String]) { self.words = words }
  }

  /// What became of a further process as far as its caller is concerned.
  public enum ExecEnd: Equatable, Sendable {
    case exited(Int32)
    /// The user left it running.
    case detached
    /// It runs on by itself; the session's id.
    case started(String)
  }

  /// Runs a further process in a container, with this process's own streams.
  public func execute(_ nameOrID: String, _ options: ExecOptions) throws -> ExecEnd {
    let container = try lookUp(nameOrID)
    guard container.state.status == .running else {
      throw EngineError.wrongState(
        container: container.name, container.state.status,
        reason:
          "\(container.name) is \(container.state.status.rawValue): can only create exec sessions on "
          + "running containers")
    }
    var process = try execProcess(container, options)
    let size = options.hasTerminal ? try? FileDescriptor.standardInput.windowSize() : nil
    if let size { process.consoleSize = .init(height: UInt(size.rows), width: UInt(size.columns)) }
    let session = try ContainerIdentifier.random()
    let streams = try ExecStreams(options)
    let document = try OwnedDescriptor.dataFile("process", try JSONWriter().write(process))
    let preserved = try options.preserved.all().sorted { $0.key < $1.key }.map(\.value)
    var request = ExecRequest(
      preservedDescriptors: preserved.count, session: options.hasSession ? session : nil)
    request.isDetached = options.isDetached
    if options.hasTerminal {
      request.terminal = .init(rows: size?.rows ?? 0, columns: size?.columns ?? 0)
    }
    let connection = try connectForExec(
      container, request,
      [document.lent] + streams.theirs.map(\.lent) + preserved.map(\.lent)
        + streams.outputs.map(\.descriptor.lent), program: options.words.first ?? "")
    withExtendedLifetime(preserved) {}
    streams.theirs = []
    if options.hasSession {
      engine.events.emit(.exec(.exec, container.record, session: session))
    }
    if options.isDetached { return .started(session) }
    if let terminal = connection.terminal { streams.takeTerminal(terminal, options) }
    var relay = ExecRelay(connection.socket, streams)
    relay.detachKeys = options.hasTerminal ? options.detachKeys : []
    guard let status = try relay.run() else { return .detached }
    if options.hasSession {
      engine.events.emit(.exec(.execDied, container.record, session: session, exitCode: status))
    }
    return .exited(status)
  }

  /// The process document: the container's own process, changed as asked for.
  private func execProcess(
    _ container: Container, _ options: ExecOptions
  ) throws -> Spec.Process {
    let path = ContainerFolders(container.id, engine).run + "/config.json"
    let spec = try JSONReader().read(Spec.self, from: try readFile(path, limit: 16 << 20))
    guard var process = spec.process else {
      throw EngineError.damaged(path: path, reason: "it describes no process")
    }
    process.args = options.words
    process.terminal = options.hasTerminal
    if let folder = options.workingDirectory { process.cwd = folder }
    var variables: [String: String] = [:]
    for (name, value) in options.environment { variables[name] = value }
    var environment = (process.env ?? []).filter {
      variables[String($0.prefix { $0 != "=" })] == nil
    }
    environment += options.environment.map { "\($0.name)=\($0.value)" }
    if options.hasTerminal, !environment.contains(where: { $0.hasPrefix("TERM=") }) {
      environment.append("TERM=xterm")
    }
    if let user = options.user {
      try changeUser(&process, user, container)
      if variables["HOME"] == nil { environment.removeAll { $0.hasPrefix("HOME=") } }
      if !environment.contains(where: { $0.hasPrefix("HOME=") }) {
        environment.append("HOME=\(try home(user, container))")
      }
    }
    process.env = environment
    if options.isPrivileged {
      // None that this process itself could not give.
      let all = Capabilities.bounding().names
      process.capabilities = .init(bounding: all, effective: all, permitted: all)
      process.apparmorProfile = nil
      process.selinuxLabel = nil
      process.noNewPrivileges = false
    }
    return process
  }

  /// The container's users are looked up in its files as they are now.
  private func user(_ text: String, _ container: Container) throws -> ContainerUser {
    let root = RootDirectory(
      try openFile("/proc/\(container.state.pid)/root", [.path, .directory]))
    return try ContainerUser(text, groups: [], in: root)
  }

  private func home(_ text: String, _ container: Container) throws -> String {
    try user(text, container).home
  }

  private func changeUser(
    _ process: inout Spec.Process, _ text: String, _ container: Container
  ) throws {
    let user = try user(text, container)
    process.user.uid = user.uid
    process.user.gid = user.gid
    process.user.additionalGids = user.groups
    let bounding = process.capabilities?.bounding ?? []
    // Root has what the container has; another user only what was added by name.
    let own =
      user.uid == 0
      ? bounding : container.record.security.addedCapabilities.filter(bounding.contains)
    process.capabilities = .init(bounding: bounding, effective: own, permitted: own)
    if user.uid != 0, !own.isEmpty {
      process.capabilities?.inheritable = own
      process.capabilities?.ambient = own
    }
  }

  // MARK: The monitor

  private func connectForExec(
    _ container: Container, _ exec: ExecRequest, _ descriptors: [FileDescriptor], program: String
  ) throws -> (socket: SharedDescriptor, terminal: SharedDescriptor?) {
    var request = MonitorRequest(.exec)
    request.exec = exec
    let socket = try monitorSocket(of: container.id)
    try socket.lent.send(try JSONWriter().write(request), with: descriptors)
    let message = try socket.lent.receive(bytes: 1 << 16, descriptors: 1)
    guard message.bytes.first == MonitorPacket.answer.rawValue else {
      throw EngineError.program("podman-monitor", status: 125, message: "it did not answer")
    }
    let answer = try JSONReader().read(MonitorAnswer.self, from: Array(message.bytes.dropFirst()))
    if let error = answer.error {
      if answer.runtimeStatus != nil { throw Self.runtimeError(error, program: program) }
      throw EngineError.program("podman-monitor", status: 125, message: error)
    }
    return (SharedDescriptor(socket), message.descriptors.first)
  }
}
