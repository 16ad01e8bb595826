import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// The monitor's socket: takes connections, reads what each asks, and has it done.
final class RequestListener {
  private unowned let monitor: Monitor
  private let listener: SharedDescriptor
  private var watch: EventLoop.Watch?
  private var connections: [RequestConnection] = []

  init(_ monitor: Monitor) throws {
    self.monitor = monitor
    try? monitor.folder.lent.removeFile(MonitorFiles.socket)
    listener = SharedDescriptor(
      try UnixSocket.listen(
        .sequencedPacket, at: "\(monitor.plan.runFolder)/\(MonitorFiles.socket)", backlog: 64))
    try listener.lent.setNonBlocking(true)
    watch = try monitor.loop.watch(listener.lent, .readable) { [unowned self] _ in accept() }
  }

  private func accept() {
    guard let socket = try? UnixSocket.accept(listener.lent) else { return }
    let connection = RequestConnection(SharedDescriptor(socket), monitor) { [unowned self] ended in
      connections.removeAll { $0 === ended }
    }
    connections.append(connection)
  }

  func statusChanged(_ status: MonitorStatus) {
    for connection in connections { connection.statusChanged(status) }
  }

  /// The container is gone for good.
  func containerEnded() { for connection in connections { connection.containerEnded() } }

  /// Takes no more.
  func close() {
    monitor.loop.end(watch)
    watch = nil
    try? monitor.folder.lent.removeFile(MonitorFiles.socket)
  }
}
