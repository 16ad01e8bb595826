import LinuxSystem
import SystemPackage
import Testing

@Suite struct PollerTests {
  @Test func tellsWhatIsReady() throws {
    var pair = try SocketPair(.stream)
    let ours = try shared(pair.first.take())
    let theirs = try shared(pair.second.take())
    let poller = try Poller()
    try poller.add(ours.lent, .readable, token: 42)
    #expect(try poller.wait(milliseconds: 0).isEmpty)
    #expect(try !ours.lent.isReadable(within: 0))
    try theirs.lent.writeAll([1])
    let events = try poller.wait(milliseconds: 1000)
    #expect(events.map(\.token) == [42])
    #expect(events.first?.interest == .readable)
    #expect(try ours.lent.isReadable(within: nil))
    try poller.modify(ours.lent, .writable, token: 43)
    #expect(try poller.wait().map(\.token) == [43])
    try poller.remove(ours.lent)
    #expect(try poller.wait(milliseconds: 0).isEmpty)
  }

  @Test func hangUpIsToldUnasked() throws {
    var pair = try SocketPair(.stream)
    let ours = try shared(pair.first.take())
    let poller = try Poller()
    try poller.add(ours.lent, [], token: 1)
    pair.second = nil
    #expect(try poller.wait(milliseconds: 1000).first?.interest.contains(.hangup) == true)
  }
}
