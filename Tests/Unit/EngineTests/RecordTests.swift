import Engine
import JSON
import Testing

@Suite struct RecordTests {
  @Test func aRecordReadsBackAsWritten() throws {
    var record = ContainerRecord()
    record.id = String(repeating: "ab", count: 32)
    record.name = "web"
    record.process.environment = ["A=b"]
    record.mounts = [ContainerMount(.tmpfs, destination: "/t", options: ["size=1m"])]
    record.namespaces.user = .keepID(uid: 5, gid: nil, size: nil)
    record.health = ContainerHealthcheck()
    let text = try JSONWriter().write(record)
    #expect(try JSONReader().read(ContainerRecord.self, from: text) == record)
  }

  @Test(arguments: [
    "host", "private", "container:abc", "ns:/proc/1/ns/net", "keep-id", "keep-id:uid=1,gid=2",
    "auto", "auto:size=100,uidmapping=0:1:10", "nomap", "none", "shareable", "pod",
  ])
  func namespaceModesReadBackAsWritten(_ text: String) {
    #expect(NamespaceMode(text)?.description == text)
  }

  @Test(arguments: ["", "hosts", "container:", "ns:relative", "keep-id:uid=x", "auto:size=0"])
  func otherWordsAreNoNamespaceModes(_ text: String) {
    #expect(NamespaceMode(text) == nil)
  }
}
