import LinuxSystem
import SystemPackage
import Testing

@Suite struct MemoryFileTests {
  @Test func sealedOneCannotBeWritten() throws {
    let file = SharedDescriptor(try OwnedDescriptor.memoryFile("test"))
    try file.lent.writeAll("contents")
    #expect(try file.lent.seals() == [])
    try file.lent.addSeals(.immutable)
    #expect(try file.lent.seals().isSuperset(of: .immutable))
    #expect(throws: SystemError.self) { try file.lent.writeAll("more") }
    #expect(throws: SystemError.self) { try file.lent.addSeals(.futureWrite) }
  }

  @Test func dataIsReadFromItsBeginning() throws {
    let file = SharedDescriptor(try OwnedDescriptor.dataFile("test", [1, 2, 3]))
    #expect(try file.lent.readToEnd(limit: 8) == [1, 2, 3])
  }

  @Test func otherFilesHaveNoSeals() throws {
    let file = SharedDescriptor(try openFile("/etc/passwd", [.readOnly]))
    #expect(throws: SystemError.self) { try file.lent.seals() }
  }

  @Test func copiesAreWholeOrUpToALimit() throws {
    let contents = [UInt8](repeating: 7, count: 300_000)
    for (limit, expected) in [(Int.max, 300_000), (1000, 1000), (0, 0)] {
      let source = SharedDescriptor(try OwnedDescriptor.dataFile("source", contents))
      let target = SharedDescriptor(try OwnedDescriptor.memoryFile("target"))
      #expect(try source.lent.copy(to: target.lent, limit: limit) == expected)
      #expect(try target.lent.status().size == UInt64(expected))
    }
  }
}
