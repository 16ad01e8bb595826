import Foundation
import Testing

extension RuntimeTests {
  /// What may be a container's id: it becomes the name of folders and cgroups.
  @Suite struct Identifiers {
    static let invalid = [
      "", ".", "..", "/", "../x", "x/../y", "/absolute", "a b", "a\nb", "a\u{1}b", "a:b", "é",
      "a\\0b", "a%00b", String(repeating: "x", count: 300), String(repeating: "x", count: 1025),
      String(repeating: "../", count: 20) + "etc",
    ]

    @Test(arguments: invalid)
    func refusesTheInvalid(_ id: String) throws {
      try withBundle { bundle throws in
        try bundle.write()
        for command in ["create", "run"] {
          let output = try bundle.fixture.execute([command, "--bundle", bundle.folder, "--", id])
          #expect(output.status == 1)
        }
        for command in ["state", "delete", "kill"] {
          let output = try bundle.fixture.execute([command, "--", id])
          #expect(output.status != 0, "\(command)")
        }
        let names = try? FileManager.default.contentsOfDirectory(
          atPath: bundle.fixture.runtime.root)
        #expect((names ?? []).filter { !$0.hasPrefix(".") } == [])
        #expect(HostMounts.points(below: bundle.fixture.folder) == [])
      }
    }

    @Test func forcedDeletionStaysBelowTheRoot() throws {
      try withBundle { bundle throws in
        let victim = try bundle.fixture.newFolder("victim")
        _ = try bundle.fixture.newFile("victim/file")
        _ = try bundle.fixture.newFolder("state")
        for id in ["../victim", victim, "x/../../victim", "."] {
          _ = try bundle.fixture.execute(["delete", "--force", "--", id])
          #expect(FileManager.default.fileExists(atPath: victim + "/file"))
          #expect(FileManager.default.fileExists(atPath: bundle.fixture.folder + "/state"))
        }
      }
    }

    @Test(arguments: ["A.b_c+d-1", "0", "..x", "-x", "_"])
    func takesTheValid(_ suffix: String) throws {
      try withBundle { bundle throws in
        let id = suffix + bundle.fixture.newID()
        bundle.fixture.atEnd { Cgroups.remove(named: id) }
        try bundle.write()
        let output = try bundle.fixture.execute(["run", "--bundle", bundle.folder, "--", id])
        #expect(output.status == 0, "\(output)")
      }
    }

    @Test func anIDIsTakenOnce() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let second = try bundle.fixture.execute(
          ["create", "--bundle", bundle.folder, container.id])
        #expect(second.status == 1)
        #expect(second.stderr.contains("exist"))
        #expect(try container.status() == "running")
      }
    }

    @Test func theSameIDIsFreeAgainAfterDelete() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        try container.must("delete", ["--force"])
        let again = try bundle.fixture.execute(
          ["create", "--bundle", bundle.folder, container.id])
        #expect(again.status == 0, "\(again)")
      }
    }

    @Test func aCommandNeedsItsID() throws {
      try withBundle { bundle throws in
        for command in ["create", "run", "start", "state", "delete", "pause", "resume", "ps"] {
          let output = try bundle.fixture.execute([command])
          #expect(output.status == 1, "\(command)")
        }
      }
    }
  }
}
