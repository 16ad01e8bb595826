import HelperProtocols
import LinuxSystem
import SystemPackage

/// systemd's journal, in its native protocol: a datagram of fields for each line.
final class JournalLog: ContainerLog {
  private var socket: SharedDescriptor?
  private let fields: [UInt8]
  private var entry: [UInt8] = []
  private let path: String

  init(_ plan: LaunchPlan, path: String = "/run/systemd/journal/socket") throws {
    self.path = path
    var lines = [
      "CONTAINER_ID_FULL=\(plan.id)", "CONTAINER_ID=\(plan.id.prefix(12))",
      "CONTAINER_NAME=\(plan.name)",
      "SYSLOG_IDENTIFIER=\(plan.log.tag ?? plan.name)",
    ]
    if let tag = plan.log.tag { lines.append("CONTAINER_TAG=\(tag)") }
    lines += plan.log.labels
    // A line feed would begin a field of the sender's choice.
    fields = Array(lines.map { $0.filter { !$0.isNewline } + "\n" }.joined().utf8)
    try connect()
  }

  private func connect() throws {
    socket = SharedDescriptor(try UnixSocket.connect(.datagram, to: path))
  }

  func write(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer) {
    let priority = kind == .output ? "PRIORITY=6\n" : "PRIORITY=3\n"
    forEachLine(bytes) { line, isWhole in
      entry.removeAll(keepingCapacity: true)
      entry += fields
      entry += priority.utf8
      if !isWhole { entry += "CONTAINER_PARTIAL_MESSAGE=true\n".utf8 }
      entry += "MESSAGE=".utf8
      entry += line
      entry.append(UInt8(ascii: "\n"))
      send()
    }
  }

  /// A journal that was restarted is looked for anew; one that does not read for a second loses the line.
  private func send() {
    for _ in 0..<2 {
      do {
        guard let socket else { throw SystemError("send", path, .socketNotConnected) }
        if try entry.withUnsafeBytes({ try socket.lent.sendPacket($0) }) { return }
        guard try socket.lent.isWritable(within: 1000) else { return }
      } catch {
        socket = nil
        try? connect()
      }
    }
  }

  func endOfProcess() {}
  func reopen() { try? connect() }
}
