import CLinux
import Foundation
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage
import Testing

@testable import Cgroups

/// Conversations with a bus that says what a test wants it to.
@Suite struct DBusConnectionTests {
  @Test func authenticatesCallsAndTakesSignals() throws {
    let bus = try FalseBus { call in
      var signal = DBusMessage(call: "JobRemoved", on: "/job", of: "a.b", at: "", [.string("done")])
      signal.kind = .signal
      var reply = DBusMessage(call: "", on: "", of: "", at: "", [.uint32(7)])
      reply.kind = .reply
      reply.replySerial = call.serial
      // The signal comes before the answer, as systemd's often does.
      return signal.encoded() + reply.encoded()
    }
    let connection = try DBusConnection(.path(bus.path), patience: 5000)
    #expect(
      try connection.call("Start", on: "/p", of: "i.j", at: "d.e", [.string("x")]) == [.uint32(7)])
    let result: String = try connection.signal("the job's end") {
      guard $0.member == "JobRemoved", case .string(let text)? = $0.body.first else { return nil }
      return text
    }
    #expect(result == "done")
    #expect(bus.greeting == "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n")
  }

  @Test func tellsErrorsByTheirNames() throws {
    let bus = try FalseBus { call in
      var reply = DBusMessage(call: "", on: "", of: "", at: "", [.string("no such unit")])
      reply.kind = .error
      reply.errorName = "org.freedesktop.systemd1.NoSuchUnit"
      reply.replySerial = call.serial
      return reply.encoded()
    }
    let connection = try DBusConnection(.path(bus.path), patience: 5000)
    #expect(
      throws: DBusError.refused(
        name: "org.freedesktop.systemd1.NoSuchUnit", message: "no such unit")
    ) { try connection.call("StopUnit", on: "/p", of: "i.j", at: "d.e") }
  }

  @Test func doesNotWaitForEver() throws {
    let bus = try FalseBus { _ in [] }
    let connection = try DBusConnection(.path(bus.path), patience: 30)
    #expect(throws: DBusError.timedOut("Silence")) {
      try connection.call("Silence", on: "/p", of: "i.j", at: "d.e")
    }
  }

  @Test func refusesNonsense() throws {
    let bus = try FalseBus { _ in [UInt8](repeating: 0x41, count: 64) }
    let connection = try DBusConnection(.path(bus.path), patience: 5000)
    #expect(throws: DBusError.self) {
      try connection.call("Anything", on: "/p", of: "i.j", at: "d.e")
    }
  }

  @Test func isTurnedAway() throws {
    let bus = try FalseBus(greets: "REJECTED EXTERNAL\r\n") { _ in [] }
    #expect(throws: DBusError.notAuthenticated("REJECTED EXTERNAL")) {
      try DBusConnection(.path(bus.path), patience: 5000)
    }
  }

  @Test func noticesThatNobodyIsThere() {
    #expect(throws: DBusError.self) { try DBusConnection(.path("/nonexistent/bus")) }
    #expect(throws: DBusError.self) {
      try DBusConnection(.path("/" + String(repeating: "x", count: 200)))
    }
  }
}

/// A socket on which a thread answers one client, and goes with its client.
private final class FalseBus {
  let path: String
  private let said = Said()

  private final class Said: Sendable {
    let text = Mutex("")
  }

  init(
    greets: String = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n",
    _ answer: @escaping @Sendable (DBusMessage) -> [UInt8]
  ) throws {
    let path = "/tmp/cgroups-test-bus-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    self.path = path
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let listener = try systemCall("socket") { socket(AF_UNIX, type, 0) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    try systemCall("bind", path) {
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(
            listener, __CONST_SOCKADDR_ARG(__sockaddr__: $0),
            socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
    try systemCall("listen", path) { listen(listener, 1) }
    Thread.detachNewThread { [said] in
      let client = accept(listener, __SOCKADDR_ARG(__sockaddr__: nil), nil)
      close(listener)
      Self.serve(client, greets: greets, said, answer)
      close(client)
    }
  }

  private static func serve(
    _ client: CInt, greets: String, _ said: Said,
    _ answer: @escaping @Sendable (DBusMessage) -> [UInt8]
  ) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(client, &buffer, buffer.count)
    said.text.withLock { $0 = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self) }
    // The client may be gone already.
    func write(_ bytes: some Sequence<UInt8>) {
      let bytes = Array(bytes)
      send(client, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
    write(greets.utf8)
    while true {
      let count = read(client, &buffer, buffer.count)
      guard count > 0, let call = try? DBusMessage(decoding: Array(buffer.prefix(count))) else {
        return
      }
      let bytes = answer(call)
      // In two pieces: a message need not come in one.
      write(bytes.prefix(bytes.count / 2))
      usleep(2000)
      write(bytes.dropFirst(bytes.count / 2))
    }
  }

  /// What the client said first.
  var greeting: String { said.text.withLock { $0 } }

  deinit { unlink(path) }
}
