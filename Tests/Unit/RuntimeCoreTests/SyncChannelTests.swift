import LinuxSystem
import SystemPackage
import Testing

@testable import RuntimeCore

@Suite struct SyncChannelTests {
  private func shared(_ descriptor: consuming OwnedDescriptor?) throws -> SharedDescriptor {
    guard let descriptor else { throw SystemError("socketpair", "", .badFileDescriptor) }
    return SharedDescriptor(descriptor)
  }

  private func channels() throws -> (SyncChannel, SyncChannel) {
    var pair = try SocketPair(.sequencedPacket)
    let first = try shared(pair.first.take())
    let second = try shared(pair.second.take())
    return (SyncChannel(sharing: first), SyncChannel(sharing: second))
  }

  @Test func everyMessageArrivesAsItWasSent() throws {
    let (runtime, process) = try channels()
    let messages: [SyncMessage] = [
      .mapped, .joinedCgroup, .mounted, .hooksDone, .listener(7), .listenerTaken, .ready, .proceed,
      .failed("mount proc: no such device"),
    ]
    for message in messages {
      try process.send(message)
      #expect(try runtime.receive() == message)
    }
  }

  @Test func aSentenceThatIsTooLongIsCut() throws {
    let (runtime, process) = try channels()
    try process.send(.failed(String(repeating: "x", count: 10_000)))
    guard case .failed(let sentence) = try runtime.receive() else {
      Issue.record("no sentence")
      return
    }
    #expect(sentence.utf8.count == SyncChannel.longest - 1)
  }

  @Test func theEndOfTheOtherSideIsSeen() throws {
    var pair = try SocketPair(.sequencedPacket)
    let first = try shared(pair.first.take())
    pair.second = nil
    #expect(try SyncChannel(sharing: first).receive() == nil)
  }

  @Test func awaitingOneMessageRefusesAnother() throws {
    let (runtime, process) = try channels()
    try runtime.send(.mapped)
    #expect(throws: RuntimeError.self) { try process.await(.proceed) }
  }

  @Test(arguments: [[0], [10], [5, 1], [5, 1, 2, 3, 4, 5]] as [[UInt8]])
  func bytesThatAreNoMessageAreAnError(_ bytes: [UInt8]) throws {
    var pair = try SocketPair(.sequencedPacket)
    let first = try shared(pair.first.take())
    try pair.second?.lent.writeAll(bytes)
    #expect(throws: RuntimeError.self) { try SyncChannel(sharing: first).receive() }
  }
}
