import Foundation
import HelperProtocols
import LinuxSystem
import Testing

@testable import MonitorCore

@Suite struct JournalLogTests {
  @Test func aLineIsAnEntryWithTheContainersFields() throws {
    let path = NSTemporaryDirectory() + "journal-\(getpid())"
    let journal = try UnixSocket.listen(.datagram, at: path, backlog: nil)
    defer { unlink(path) }
    var plan = LaunchPlan(
      id: "0123456789abcdef", name: "web", runtime: .init(program: "/r"), bundle: "/b",
      runFolder: "/f")
    plan.log = LogPlan(driver: .journald, tag: "my\ntag", labels: ["A=b"])
    let log = try JournalLog(plan, path: path)
    Array("one\ntwo".utf8).withUnsafeBytes { log.write(.errorOutput, $0) }
    func next() throws -> Set<Substring> {
      let bytes = try journal.lent.receive(bytes: 4096, descriptors: 0).bytes
      return Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n"))
    }
    let common: Set<Substring> = [
      "CONTAINER_ID_FULL=0123456789abcdef", "CONTAINER_ID=0123456789ab", "CONTAINER_NAME=web",
      "CONTAINER_TAG=mytag", "SYSLOG_IDENTIFIER=mytag", "A=b", "PRIORITY=3",
    ]
    #expect(try next() == common.union(["MESSAGE=one"]))
    #expect(try next() == common.union(["MESSAGE=two", "CONTAINER_PARTIAL_MESSAGE=true"]))
  }
}
