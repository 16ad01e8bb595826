import LinuxSystem
import SystemPackage
import Testing

@testable import Netlink

/// A conversation that was written down: what must be sent, and what is then answered.
private final class Script {
  var sent: [[UInt8]] = []
  var answers: [[UInt8]]
  init(_ answers: [[UInt8]]) { self.answers = answers }
}

private struct ScriptedSocket: NetlinkSocket, ~Copyable {
  let script: Script
  func send(_ bytes: [UInt8]) throws(SystemError) { script.sent.append(bytes) }
  func receive() throws(SystemError) -> [UInt8] {
    guard !script.answers.isEmpty else { throw SystemError("recv", "", .timedOut) }
    return script.answers.removeFirst()
  }
}

/// Bytes of annotated hex: everything from `//` on to the end of a line is a remark.
private func hex(_ text: String) -> [UInt8] {
  text.split(separator: "\n").flatMap { line in
    line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
      .split(separator: " ").compactMap { UInt8($0, radix: 16) }
  }
}

/// As the packets are written down for a machine with the least significant byte first.
@Suite(.enabled(if: 1.littleEndian == 1, "the packets are of a little-endian machine"))
struct RouteSessionTests {
  private static let acknowledgement = hex(
    """
    24 00 00 00 02 00 00 01 01 00 00 00 00 00 00 00  // 36 bytes, NLMSG_ERROR, sequence 1
    00 00 00 00                                      // no error
    20 00 00 00 10 00 05 00 01 00 00 00 00 00 00 00  // the request's header
    """)

  @Test func deviceIsSetUp() throws {
    let script = Script([Self.acknowledgement])
    var session = RouteSession(ScriptedSocket(script: script))
    try session.setUp(true, 1)
    #expect(
      script.sent == [
        hex(
          """
          20 00 00 00 10 00 05 00 01 00 00 00 00 00 00 00  // 32 bytes, RTM_NEWLINK, REQUEST|ACK
          00 00 00 00 01 00 00 00                          // any family and type, device 1
          01 00 00 00 01 00 00 00                          // IFF_UP, and only that changes
          """)
      ])
  }

  @Test func deviceIsFoundByName() throws {
    let script = Script([
      hex(
        """
        30 00 00 00 10 00 00 00 01 00 00 00 00 00 00 00  // 48 bytes, RTM_NEWLINK
        00 00 01 00 07 00 00 00 43 10 01 00 00 00 00 00  // device 7, up, broadcast, running
        09 00 03 00 65 74 68 30 00 00 00 00              // IFLA_IFNAME eth0, padded
        04 00 99 00                                      // an empty attribute
        """)
    ])
    var session = RouteSession(ScriptedSocket(script: script))
    let link = try session.link(named: "eth0")
    #expect(link.index == 7 && link.name == "eth0" && link.isUp)
    #expect(
      script.sent == [
        hex(
          """
          2c 00 00 00 12 00 01 00 01 00 00 00 00 00 00 00  // 44 bytes, RTM_GETLINK, REQUEST
          00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
          09 00 03 00 65 74 68 30 00 00 00 00              // IFLA_IFNAME eth0, padded
          """)
      ])
  }

  @Test func deviceIsMovedAndNamedInOneStep() throws {
    let script = Script([Self.acknowledgement])
    var session = RouteSession(ScriptedSocket(script: script))
    try session.move(7, to: FileDescriptor(rawValue: 9), as: "e1")
    #expect(
      script.sent == [
        hex(
          """
          30 00 00 00 10 00 05 00 01 00 00 00 00 00 00 00  // 48 bytes, RTM_NEWLINK, REQUEST|ACK
          00 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00  // device 7
          07 00 03 00 65 31 00 00                          // IFLA_IFNAME e1, padded
          08 00 1c 00 09 00 00 00                          // IFLA_NET_NS_FD 9
          """)
      ])
  }

  private static let addresses = hex(
    """
    38 00 00 00 14 00 02 00 01 00 00 00 00 00 00 00  // 56 bytes, RTM_NEWADDR, MULTI
    02 18 80 00 07 00 00 00                          // AF_INET, /24, permanent, global, device 7
    08 00 01 00 0a 01 02 03                          // IFA_ADDRESS 10.1.2.3
    08 00 02 00 0a 01 02 03                          // IFA_LOCAL
    08 00 04 00 0a 01 02 ff                          // IFA_BROADCAST
    08 00 08 00 80 00 00 00                          // IFA_FLAGS
    30 00 00 00 14 00 02 00 01 00 00 00 00 00 00 00  // 48 bytes, RTM_NEWADDR, MULTI
    0a 40 80 fd 08 00 00 00                          // AF_INET6, /64, link, device 8
    14 00 01 00 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01  // IFA_ADDRESS
    04 00 99 00                                      // an empty attribute
    """)
  private static func done(_ sequence: UInt8, interrupted: Bool = false) -> [UInt8] {
    [0x14, 0, 0, 0, 3, 0, interrupted ? 0x12 : 2, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  }

  @Test func addressesAreListedAndOneIsAdded() throws {
    let script = Script([Self.addresses, Self.done(1)])
    var session = RouteSession(ScriptedSocket(script: script))
    let addresses = try session.addresses(of: 7)
    let address = try #require(addresses.first)
    #expect(addresses.count == 1 && address.isPermanent && address.isGlobal)
    #expect(address.broadcast == [10, 1, 2, 255])
    script.answers = [
      hex("24 00 00 00 02 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00")
        + [UInt8](repeating: 0, count: 16)
    ]
    try session.add(address, to: 5)
    #expect(
      script.sent.last
        == hex(
          """
          30 00 00 00 14 00 05 06 02 00 00 00 00 00 00 00  // RTM_NEWADDR, REQUEST|ACK|CREATE|EXCL
          02 18 00 00 05 00 00 00                          // AF_INET, /24, global, device 5
          08 00 02 00 0a 01 02 03                          // IFA_LOCAL
          08 00 01 00 0a 01 02 03                          // IFA_ADDRESS
          08 00 04 00 0a 01 02 ff                          // IFA_BROADCAST
          """))
  }

  @Test func interruptedListIsAskedForAgain() throws {
    let script = Script([
      Self.addresses, Self.done(1, interrupted: true), Self.done(2),
    ])
    var session = RouteSession(ScriptedSocket(script: script))
    #expect(try session.addresses(of: 7).isEmpty)
    #expect(script.sent.count == 2)
  }

  @Test func refusalIsTheKernelsReason() {
    let script = Script([hex("14 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 ed ff ff ff")])
    var session = RouteSession(ScriptedSocket(script: script))
    let error = #expect(throws: SystemError.self) { try session.link(named: "none") }
    #expect(error?.errno == Errno(rawValue: 19))
    #expect(error?.subject == "none")
  }

  @Test func answersToOthersArePassedOver() throws {
    var stray = Self.acknowledgement
    stray[8] = 9
    let script = Script([stray, Self.acknowledgement])
    var session = RouteSession(ScriptedSocket(script: script))
    try session.setUp(false, 1)
    #expect(script.answers.isEmpty)
  }

  /// What is cut or lies about its length is passed over, and nothing is read past an end.
  @Test func brokenAnswersAreNoAnswers() {
    let whole = Self.addresses
    for length in 0..<whole.count {
      for answer in NetlinkAnswer.messages(in: Array(whole.prefix(length))) {
        _ = answer.attributes(after: 8)
        _ = answer.attributes(after: 64)
      }
    }
    for length: [UInt8] in [[0, 0, 0, 0], [15, 0, 0, 0], [255, 255, 255, 255]] {
      #expect(NetlinkAnswer.messages(in: length + whole.dropFirst(4)).isEmpty)
    }
  }
}
