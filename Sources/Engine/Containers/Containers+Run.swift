import HelperProtocols
import LinuxSystem
import SystemPackage

extension Containers {
  /// How a foreground container is served.
  public struct ForegroundOptions: Sendable {
    public var sendsInput = false
    /// Which of the outputs are shown.
    public var showsOutput = true
    public var showsErrors = true
    public var detachKeys: [UInt8] = []
    public var proxiesSignals = true
    public var preserved = PreservedDescriptors()
    public var closesInput = true

    public init() {}
  }

  /// Starts a container, serves its streams until it ends, and cleans up.
  ///
  /// - Returns: its exit status; nil where the user left it running.
  public func runInForeground(_ id: String, _ options: ForegroundOptions) throws -> Int32? {
    let record = try find(id).record
    var start = StartOptions()
    start.attach = AttachRequest(
      input: options.sendsInput, output: options.showsOutput, errorOutput: options.showsErrors,
      cleansUp: true)
    start.preserved = options.preserved
    start.closesInput = options.closesInput
    let isTerminal = record.process.hasTerminal
    if isTerminal { start.terminalSize = try? FileDescriptor.standardInput.windowSize() }
    let started = try self.start(id, start)
    guard let connection = started.connection else { return nil }
    engine.events.emit(.container(.attach, record))
    var session = AttachSession(connection)
    session.sendsInput = options.sendsInput
    session.isTerminal = isTerminal
    session.detachKeys = options.detachKeys
    session.proxiesSignals = options.proxiesSignals
    switch try session.run() {
    case .detached: return nil
    case .exited(let status):
      try cleanUpIfThere(record.id)
      _ = try? connection.lent.writeSome(
        MonitorPacket.cleanedUp.packet(), subject: "podman-monitor")
      return status
    case .lost:
      let state = try container(id: record.id).map(current)?.state
      try cleanUpIfThere(record.id)
      return state?.exitCode ?? 255
    }
  }

  private func cleanUpIfThere(_ id: String) throws {
    do { try cleanUp(id) } catch EngineError.noSuch {}
  }
}
