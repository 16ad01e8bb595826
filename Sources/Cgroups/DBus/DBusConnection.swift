import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A conversation with a message bus, or with systemd directly: calls, their answers, and signals.
///
/// It is this small because so little is needed: some hundred lines against the 300 KiB of libdbus
/// with its own allocator, main loop and threads; libsystemd has no static archive at all.
final class DBusConnection {
  private let socket: OwnedDescriptor
  /// How long an answer may take, in milliseconds.
  private let patience: Int64
  private var received: [UInt8] = []
  private var lastSerial: UInt32 = 0
  /// Signals that came while an answer was awaited.
  private var signals: [DBusMessage] = []

  /// Connects and says who is calling: the peer reads that from the socket (SASL mechanism EXTERNAL
  /// without a name), so that it is right in user namespaces, too.
  ///
  /// - Parameter patience: how long each answer may take, in milliseconds.
  init(_ address: DBusAddress, patience: Int64 = 30_000) throws(DBusError) {
    self.patience = patience
    socket = try Self.connect(address)
    try send(Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
    let started = Self.now
    while true {
      let text = String(decoding: received, as: UTF8.self)
      let answers = text.parts(separatedBy: "\n")
      // The last part is what follows the last line end.
      for answer in answers.dropLast() {
        if answer.hasPrefix("REJECTED") || answer.hasPrefix("ERROR") {
          throw .notAuthenticated(String(answer.trimmed))
        }
        if answer.hasPrefix("OK ") {
          received = Array((answers.last ?? "").utf8)
          return
        }
      }
      guard received.count < 4096 else { throw .malformed("authentication") }
      try receive("authentication", since: started)
    }
  }

  private static func connect(_ address: DBusAddress) throws(DBusError) -> OwnedDescriptor {
    var socketAddress = sockaddr_un()
    socketAddress.sun_family = sa_family_t(AF_UNIX)
    let name: [UInt8]
    switch address {
    case .path(let path): name = Array(path.utf8) + [0]
    case .abstract(let path): name = [0] + Array(path.utf8)
    }
    let room = MemoryLayout.size(ofValue: socketAddress.sun_path)
    guard name.count <= room else { throw .noBus("a socket path of \(name.count) bytes") }
    withUnsafeMutableBytes(of: &socketAddress.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - room + name.count)
    do throws(SystemError) {
      let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
      let socket = OwnedDescriptor(
        owning: try systemCall("socket") { Glibc.socket(AF_UNIX, type, 0) })
      try systemCall("connect", "\(address)") {
        withUnsafePointer(to: &socketAddress) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(socket.number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), length)
          }
        }
      }
      return socket
    } catch {
      throw .system(error)
    }
  }

  // MARK: Calls and signals

  /// Calls a method and waits for what it returns.
  @discardableResult
  func call(
    _ member: String, on path: String, of interface: String, at destination: String,
    _ body: [DBusValue] = []
  ) throws(DBusError) -> [DBusValue] {
    var message = DBusMessage(call: member, on: path, of: interface, at: destination, body)
    lastSerial += 1
    message.serial = lastSerial
    try send(message.encoded())
    let started = Self.now
    while true {
      let answer = try next(member, since: started)
      if answer.kind == .signal { signals.append(answer) }
      guard answer.replySerial == message.serial else { continue }
      if answer.kind == .reply { return answer.body }
      guard answer.kind == .error else { continue }
      var text = ""
      if case .string(let value)? = answer.body.first { text = value }
      throw .refused(name: answer.errorName, message: text)
    }
  }

  /// Waits for the signal that has what is wanted.
  ///
  /// - Parameter wanted: what the signal tells, or nil for one that is not meant.
  func signal<Result>(
    _ what: String, _ wanted: (DBusMessage) -> Result?
  ) throws(DBusError) -> Result {
    let started = Self.now
    while true {
      let signal = try signals.isEmpty ? next(what, since: started) : signals.removeFirst()
      if signal.kind == .signal, let result = wanted(signal) { return result }
    }
  }

  // MARK: Bytes

  private func next(
    _ what: String, since start: Int64
  ) throws(DBusError) -> DBusMessage {
    while true {
      if received.count >= DBusMessage.prologue {
        let length = try DBusMessage.length(prologue: Array(received.prefix(16)))
        if received.count >= length {
          let bytes = Array(received.prefix(length))
          received.removeFirst(length)
          return try DBusMessage(decoding: bytes)
        }
      }
      try receive(what, since: start)
    }
  }

  private func receive(
    _ what: String, since start: Int64
  ) throws(DBusError) {
    let left = patience - (Self.now - start)
    guard left > 0 else { throw .timedOut(what) }
    let number = socket.number
    var buffer = [UInt8](repeating: 0, count: 4096)
    do throws(SystemError) {
      var state = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      let ready = try systemCall("poll") { poll(&state, 1, CInt(clamping: left)) }
      guard ready > 0 else { throw SystemError("poll", what, .timedOut) }
      let count = try systemCall("read", "message bus") {
        buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      }
      guard count > 0 else { throw SystemError("read", "message bus", .connectionReset) }
      received.append(contentsOf: buffer.prefix(count))
    } catch {
      if error.errno == .timedOut { throw .timedOut(what) }
      throw .system(error)
    }
  }

  /// The monotonic clock in milliseconds. (The library's clocks are those of its concurrency.)
  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private func send(_ bytes: [UInt8]) throws(DBusError) {
    var sent = 0
    do throws(SystemError) {
      while sent < bytes.count {
        sent += try systemCall("send", "message bus") {
          bytes.withUnsafeBytes {
            Glibc.send(
              socket.number, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
              CInt(MSG_NOSIGNAL))
          }
        }
      }
    } catch {
      throw .system(error)
    }
  }
}
