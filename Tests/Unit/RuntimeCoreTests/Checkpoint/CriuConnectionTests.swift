import LinuxSystem
import SystemPackage
import Testing

@testable import RuntimeCore

/// The conversation with CRIU, whose part is what lies ready in the other end of a socket.
@Suite struct CriuConnectionTests {
  private let ours: SharedDescriptor
  private let theirs: SharedDescriptor

  init() throws {
    var pair = try SocketPair(.sequencedPacket)
    guard let first = pair.first.take(), let second = pair.second.take() else {
      throw SystemError("socketpair", "", .badFileDescriptor)
    }
    ours = SharedDescriptor(first)
    theirs = SharedDescriptor(second)
  }

  @Test func handsOverEveryNotificationAndAnswersIt() throws {
    try say(notification("pre-dump", 1))
    try say(notification("post-dump", 77))
    try say([0x08, 1, 0x10, 1])
    var heard: [CriuResponse.Notification] = []
    let response = try CriuConnection(ours).perform(CriuRequest(.dump)) { note, descriptors in
      heard.append(note)
      #expect(descriptors.isEmpty)
    }
    #expect(response.kind == .dump)
    #expect(heard.map(\.script) == ["pre-dump", "post-dump"])
    #expect(heard.map(\.processID) == [1, 77])
    #expect(try hear() == [0x08, 1])
    #expect(try hear() == [0x08, 6, 0x18, 1])
    #expect(try hear() == [0x08, 6, 0x18, 1])
  }

  @Test func receivesTheTerminal() throws {
    let null = try openFile("/dev/null", [.readWrite])
    try theirs.lent.send(notification("orphan-pts-master", 0), with: [null.lent])
    try say([0x08, 2, 0x10, 1, 0x22, 2, 0x08, 9])
    var received: SharedDescriptor?
    let response = try CriuConnection(ours).perform(CriuRequest(.restore)) { _, descriptors in
      received = descriptors.first
    }
    #expect(response.restoredProcess == 9)
    let status = try #require(try received?.lent.status())
    #expect(status.device == .null)
  }

  /// CRIU must hear of it, so that it undoes what it did; and we get our own error, not CRIU's.
  @Test func tellsOfAFailureAndThrowsItInTheEnd() throws {
    struct Failure: Error {}
    try say(notification("setup-namespaces", 5))
    try say(notification("network-unlock", 5))
    try say([0x08, 2, 0x10, 0])
    #expect(throws: Failure.self) {
      _ = try CriuConnection(ours).perform(CriuRequest(.restore)) { note, _ in
        if note.script == "setup-namespaces" { throw Failure() }
      }
    }
    #expect(try hear() == [0x08, 2])
    #expect(try hear() == [0x08, 6, 0x18, 0])
    #expect(try hear() == [0x08, 6, 0x18, 0])
  }

  @Test func saysWhatCriuSays() throws {
    try say([0x08, 1, 0x10, 0, 0x38, 1, 0x4a, 2, 0x6e, 0x6f])
    #expect(try failure(of: .dump) == "criu failed: no (Operation not permitted)")
  }

  @Test func refusesAnAnswerToAnotherQuestion() throws {
    try say([0x08, 2, 0x10, 1])
    #expect(try failure(of: .dump) == "criu answered another question")
  }

  @Test func refusesNonsense() throws {
    try say([0xff, 0xff])
    #expect(try failure(of: .dump) == "criu sent a message without sense")
  }

  @Test func noticesTheEnd() throws {
    try systemCall("shutdown") { shutdownForWriting(theirs.lent.rawValue) }
    #expect(throws: CriuConnection.Closed.self) {
      _ = try CriuConnection(ours).perform(CriuRequest(.dump)) { _, _ in }
    }
  }

  private func failure(of kind: CriuRequest.Kind) throws -> String? {
    do {
      _ = try CriuConnection(ours).perform(CriuRequest(kind)) { _, _ in }
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func say(_ bytes: [UInt8]) throws { try theirs.lent.send(bytes, with: []) }

  private func hear() throws -> [UInt8] {
    try theirs.lent.receive(bytes: 4096, descriptors: 0).bytes
  }

  private func notification(_ script: String, _ pid: UInt8) -> [UInt8] {
    let text = Array(script.utf8)
    return [0x08, 6, 0x10, 1, 0x2a, UInt8(text.count + 4), 0x0a, UInt8(text.count)] + text
      + [0x10, pid]
  }
}
