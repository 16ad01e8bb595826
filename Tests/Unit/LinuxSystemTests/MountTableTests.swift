import LinuxSystem
import Testing

@Suite struct MountTableTests {
  @Test func readsEveryField() throws {
    let line =
      "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue"
    let entry = try #require(MountTableEntry(line: Substring(line)))
    #expect(entry.id == 36)
    #expect(entry.parentID == 35)
    #expect(entry.root == "/mnt1")
    #expect(entry.path == "/mnt 2")
    #expect(entry.options == ["rw", "noatime"])
    #expect(entry.propagation == ["shared:1", "master:2"])
    #expect(entry.type == "ext3")
    #expect(entry.source == "/dev/root")
    #expect(entry.fileSystemOptions == ["rw", "errors=continue"])
  }

  @Test(arguments: [
    "", "36", "a b c d e f - g h i", "1 2 0:1 / / rw - proc",
    "1 2 0:1 / / rw shared:1 proc proc rw x",
  ])
  func passesOverWhatIsNoMount(line: String) {
    #expect(MountTable.parse(line).isEmpty)
  }

  @Test func unescapesOnlyWholeNumbers() {
    let table = MountTable.parse(#"1 2 0:1 / /a\134b\012c\09\1 rw - tmpfs \040 rw"#)
    #expect(table.map(\.path) == ["/a\\b\nc\\09\\1"])
    #expect(table.map(\.source) == [" "])
  }
}
