import HelperProtocols
import LinuxSystem
import SystemPackage

/// Tells the service manager that the container is ready, as sd_notify(3) does.
final class ServiceNotification {
  private let plan: NotificationPlan
  private let loop: EventLoop
  private var listener: SharedDescriptor?
  private var watch: EventLoop.Watch?
  private var isReady = false

  /// Makes the container's socket, before the container is made.
  init(_ plan: NotificationPlan, _ loop: EventLoop) throws {
    self.plan = plan
    self.loop = loop
    guard plan.mode == .container, let path = plan.containerSocket else { return }
    try? removeFile(path)
    let socket = SharedDescriptor(try UnixSocket.listen(.datagram, at: path, backlog: nil))
    // Whoever the container's user is.
    try setPermissions(path, 0o777)
    try socket.lent.setNonBlocking(true)
    listener = socket
    watch = try loop.watch(socket.lent, .readable) { [unowned self] _ in forward() }
  }

  /// The container has started.
  func containerStarted() {
    send("MAINPID=\(CurrentProcess.id)" + (plan.mode == .conmon ? "\nREADY=1" : ""))
  }

  /// The health check has succeeded.
  func containerIsHealthy() {
    guard plan.mode == .healthy, !isReady else { return }
    isReady = true
    send("READY=1")
  }

  /// Passes on what the container says of itself; never who the main process is, nor descriptors.
  private func forward() {
    while let message = try? listener?.lent.receive(bytes: 4096, descriptors: 0),
      !message.bytes.isEmpty
    {
      let lines = String(decoding: message.bytes, as: UTF8.self).split(separator: "\n")
      let kept = lines.filter { line in
        ["READY=", "STATUS=", "STOPPING=", "RELOADING=", "WATCHDOG=", "EXTEND_TIMEOUT_USEC="]
          .contains { line.hasPrefix($0) }
      }
      if !kept.isEmpty { send(kept.joined(separator: "\n")) }
    }
  }

  private func send(_ text: String) {
    guard let socket = try? UnixSocket.connect(.datagram, to: plan.managerSocket) else { return }
    _ = try? Array(text.utf8).withUnsafeBytes { try socket.lent.sendPacket($0) }
  }

  func end() {
    loop.end(watch)
    watch = nil
    listener = nil
    if let path = plan.containerSocket { try? removeFile(path) }
  }
}
