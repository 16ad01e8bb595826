import Testing

@testable import Networking

struct DHCPTests {
  private let mac = MACAddress("02:00:00:00:00:07")

  @Test func questionOfOneWithoutAddress() throws {
    let mac = try #require(mac)
    let bytes = DHCPMessage.bytes(
      of: .init(kind: .discover, transaction: [1, 2, 3, 4], mac: mac, hostName: "web"))
    #expect(bytes.count == 300)
    // Request, Ethernet, six bytes, no hops; the name; no time; an answer to all.
    #expect(bytes.prefix(12) == [1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0x80, 0])
    #expect(Array(bytes[28..<34]) == mac.bytes)
    #expect(
      Array(bytes[236..<266]) == [
        99, 130, 83, 99,  // The cookie.
        53, 1, 1,  // DISCOVER
        61, 7, 1, 2, 0, 0, 0, 0, 7,  // The client's name: its hardware address.
        12, 3, 119, 101, 98,  // web
        55, 7, 1, 3, 6, 15, 51, 58, 59,
      ])
  }

  @Test func packetHasAValidHeader() throws {
    let packet = DHCPPacket.bytes([9, 9], from: .v4(0x0A00_0001), to: .v4(0x0A00_0002))
    #expect(packet.count == 30)
    let sum = stride(from: 0, to: 20, by: 2).reduce(0) {
      $0 + Int(packet[$1]) << 8 + Int(packet[$1 + 1])
    }
    #expect((sum & 0xFFFF) + sum >> 16 == 0xFFFF)
    // It is for a server: no client reads it.
    #expect(DHCPPacket.payload(packet) == nil)
    var answer = packet
    answer.replaceSubrange(20..<24, with: [0, 67, 0, 68])
    #expect(DHCPPacket.payload(answer).map(Array.init) == [9, 9])
  }

  private func answer(_ options: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 236)
    bytes.replaceSubrange(0..<8, with: [2, 1, 6, 0, 1, 2, 3, 4])
    bytes.replaceSubrange(16..<20, with: [10, 0, 0, 9])
    return bytes + [99, 130, 83, 99] + options
  }

  @Test func answerGivesALease() throws {
    let options: [UInt8] = [
      53, 1, 5, 0, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 0, 120, 1, 4, 255, 255, 255, 128,
      3, 4, 10, 0, 0, 1, 6, 8, 10, 0, 0, 2, 10, 0, 0, 3, 15, 4, 97, 46, 98, 10, 255,
    ]
    let message = try #require(DHCPMessage(answer(options)))
    #expect(message.kind == .acknowledge && message.transaction == [1, 2, 3, 4])
    let lease = try #require(message.lease(at: 1000))
    #expect("\(lease.address)" == "10.0.0.9/25" && "\(lease.server)" == "10.0.0.1")
    #expect(lease.dnsServers.map { "\($0)" } == ["10.0.0.2", "10.0.0.3"])
    // What could end a line of resolv.conf is left out.
    #expect(lease.domain == "a.b")
    #expect(!lease.isDue(at: 1059) && lease.isDue(at: 1060))
    #expect(!lease.isForAnyServer(at: 1104) && lease.isForAnyServer(at: 1105))
    #expect(!lease.isOver(at: 1119) && lease.isOver(at: 1120))
  }

  @Test func foreverIsNeverOver() throws {
    let options: [UInt8] = [53, 1, 5, 54, 4, 10, 0, 0, 1, 51, 4, 255, 255, 255, 255, 255]
    let lease = try #require(DHCPMessage(answer(options))?.lease(at: 0))
    #expect(!lease.isDue(at: .max) && !lease.isOver(at: .max))
  }

  /// Cut anywhere, changed anywhere: nil or a message, and no trap.
  @Test func brokenAnswers() throws {
    let whole = answer([
      53, 1, 5, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 0, 120, 1, 4, 255, 255, 255, 0, 255,
    ])
    for count in 0..<whole.count { _ = DHCPMessage(whole.prefix(count)) }
    #expect(DHCPMessage(whole.prefix(245)) == nil)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<4 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      _ = DHCPMessage(bytes)?.lease(at: 0)
      _ = DHCPPacket.payload(bytes)
    }
  }
}
