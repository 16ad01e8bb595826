import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Firewall

private func hex(_ text: String) -> [UInt8] {
  text.split(separator: "\n").flatMap { line in
    line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
      .split(separator: " ").compactMap { UInt8($0, radix: 16) }
  }
}

private final class Script {
  var sent: [[UInt8]] = []
  var answers: [[UInt8]] = []
}

private struct ScriptedSocket: NetlinkSocket, ~Copyable {
  let script: Script
  func send(_ bytes: [UInt8]) throws(SystemError) { script.sent.append(bytes) }
  func receive() throws(SystemError) -> [UInt8] {
    guard !script.answers.isEmpty else { throw SystemError("recv", "", .timedOut) }
    return script.answers.removeFirst()
  }
}

/// As the packets are written down for a machine with the least significant byte first.
@Suite(.enabled(if: 1.littleEndian == 1, "the packets are of a little-endian machine"))
struct FirewallBatchTests {
  static let begin = hex("14 00 00 00 10 00 01 00 00 00 00 00 00 00 00 00 00 00 00 0a")

  @Test func elementOfAMap() {
    var batch = FirewallBatch(table: "podman")
    batch.addElements(
      "ports4",
      [FirewallElement([6, 0, 0, 0, 0x1F, 0x90, 0, 0], .bytes([10, 88, 0, 2, 0, 80, 0, 0]))],
      exclusive: true)
    #expect(
      batch.datagram()
        == Self.begin
        + hex(
          """
          54 00 00 00 0c 0a 05 06 01 00 00 00 00 00 00 00  // NEWSETELEM, REQUEST|ACK|EXCL|CREATE
          01 00 00 00                                      // inet
          0b 00 01 00 70 6f 64 6d 61 6e 00 00              // table podman
          0b 00 02 00 70 6f 72 74 73 34 00 00              // set ports4
          28 00 03 80                                      // elements
          24 00 01 80                                      // element
          10 00 01 80 0c 00 01 00 06 00 00 00 1f 90 00 00  // key: tcp, 8080
          10 00 02 80 0c 00 01 00 0a 58 00 02 00 50 00 00  // value: 10.88.0.2, 80
          14 00 00 00 11 00 01 00 02 00 00 00 00 00 00 00 00 00 00 0a  // end
          """))
  }

  @Test func baseChainAndRule() {
    var batch = FirewallBatch(table: "t")
    batch.createChain("c", .init(.nat, .postrouting, priority: 100))
    batch.addRule("c", [.meta(.incomingDeviceName, into: Register(0)), .masquerade])
    #expect(
      batch.datagram()
        == Self.begin
        + hex(
          """
          48 00 00 00 03 0a 01 04 01 00 00 00 00 00 00 00 01 00 00 00  // NEWCHAIN
          06 00 01 00 74 00 00 00 06 00 03 00 63 00 00 00              // table t, chain c
          14 00 04 80 08 00 01 00 00 00 00 04 08 00 02 00 00 00 00 64  // postrouting, 100
          08 00 05 00 00 00 00 01                                      // policy accept
          08 00 07 00 6e 61 74 00                                      // nat
          60 00 00 00 06 0a 05 0c 02 00 00 00 00 00 00 00 01 00 00 00  // NEWRULE, last: ACK
          06 00 01 00 74 00 00 00 06 00 02 00 63 00 00 00
          3c 00 04 80
          24 00 01 80 09 00 01 00 6d 65 74 61 00 00 00 00              // meta
          14 00 02 80 08 00 01 00 00 00 00 08 08 00 02 00 00 00 00 06
          14 00 01 80 09 00 01 00 6d 61 73 71 00 00 00 00 04 00 02 80  // masq
          14 00 00 00 11 00 01 00 03 00 00 00 00 00 00 00 00 00 00 0a
          """))
  }

  @Test func firstReasonOfARefusedBatch() {
    let script = Script()
    script.answers = [
      hex("24 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 ef ff ff ff")
        + [UInt8](repeating: 0, count: 16)
        + hex("24 00 00 00 02 00 00 00 02 00 00 00 00 00 00 00 fe ff ff ff")
        + [UInt8](repeating: 0, count: 16)
    ]
    var session = FirewallSession(ScriptedSocket(script: script))
    var batch = FirewallBatch(table: "t")
    batch.createTable()
    batch.createChain("c")
    let error = #expect(throws: SystemError.self) { try session.commit(batch) }
    #expect(error?.errno == .fileExists)
  }

  @Test func manyElementsAreSeveralMessages() {
    var batch = FirewallBatch(table: "t")
    batch.addElements("s", (0..<1000).map { FirewallElement([UInt8($0 / 256), UInt8($0 % 256)]) })
    #expect(batch.messages.count == 4)
    #expect(batch.messages.allSatisfy { $0.count < 65536 })
  }
}
