import HelperProtocols
import LinuxSystem
import SystemPackage

/// A further process in the container, made by the runtime's `exec` and waited for by the monitor.
final class ExecSession {
  private let monitor: Monitor
  private(set) var pid: ProcessID?
  private(set) var terminal: SharedDescriptor?
  private let onEnd: (ExitStatus) -> Void

  /// Starts one.
  ///
  /// - Parameters:
  ///   - document: the process document, read from its beginning.
  ///   - streams: the process's standard streams, in order; empty for a terminal.
  ///   - preserved: its descriptors from 3 on.
  ///   - onStart: called with the failure, if there is one, once the process runs.
  ///   - onEnd: called when it has ended.
  static func start(
    _ monitor: Monitor, document: SharedDescriptor, streams: [SharedDescriptor],
    preserved: [SharedDescriptor], hasTerminal: Bool,
    onStart: @escaping (ExecSession, RuntimeProgram.Failure?) -> Void,
    onEnd: @escaping (ExitStatus) -> Void
  ) {
    let session = ExecSession(monitor, onEnd)
    do {
      try session.launch(document, streams, preserved, hasTerminal, onStart)
    } catch {
      onStart(session, RuntimeProgram.Failure(message: "\(error)", status: 125))
    }
  }

  private init(_ monitor: Monitor, _ onEnd: @escaping (ExitStatus) -> Void) {
    self.monitor = monitor
    self.onEnd = onEnd
  }

  private func launch(
    _ document: SharedDescriptor, _ streams: [SharedDescriptor], _ preserved: [SharedDescriptor],
    _ hasTerminal: Bool, _ onStart: @escaping (ExecSession, RuntimeProgram.Failure?) -> Void
  ) throws {
    let runtime = monitor.runtime
    let pidFile = runtime.freshName("exec")
    let documentNumber = CInt(3 + preserved.count)
    var arguments = [
      "exec", "--detach", "--pid-file", runtime.path(pidFile),
      "--process", "/proc/self/fd/\(documentNumber)",
    ]
    var console: ConsoleSocket?
    if hasTerminal {
      let socket = try ConsoleSocket(
        runtime.freshName("tty"), folder: monitor.folder.lent, folderPath: monitor.plan.runFolder)
      arguments += ["--console-socket", socket.path]
      console = socket
    }
    if !preserved.isEmpty { arguments += ["--preserve-fds", "\(preserved.count)"] }
    var descriptors: [CInt: FileDescriptor] = [documentNumber: document.lent]
    for (number, stream) in streams.prefix(3).enumerated() {
      descriptors[CInt(number)] = stream.lent
    }
    for (number, file) in preserved.enumerated() { descriptors[CInt(3 + number)] = file.lent }
    runtime.run(arguments + [monitor.plan.id], descriptors: descriptors) { [self] failure in
      if let failure { return onStart(self, failure) }
      do {
        let id = try runtime.takeProcessID(from: pidFile)
        pid = id
        terminal = try console?.receive()
        onStart(self, nil)
        monitor.children.expect(id) { [self] status in
          pid = nil
          onEnd(status)
        }
      } catch {
        onStart(self, RuntimeProgram.Failure(message: "\(error)", status: 125))
      }
    }
  }

  /// Sends the process a signal, while it is there.
  func send(_ signal: Signal) {
    // The number is the child's until it is waited for, which is when `pid` goes.
    if let pid { try? signal.send(to: pid) }
  }
}
