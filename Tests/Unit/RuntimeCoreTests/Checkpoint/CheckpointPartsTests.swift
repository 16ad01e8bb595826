import LinuxSystem
import SystemPackage
import Testing

@testable import RuntimeCore

@Suite struct CheckpointPartsTests {
  @Test(
    arguments: [
      ("10.0.0.1:27", "10.0.0.1", 27), ("host:65535", "host", 65535), ("[fe80::1]:9", "fe80::1", 9),
    ] as [(String, String, UInt16)])
  func readsAPageServer(text: String, address: String, port: UInt16) throws {
    let server = try #require(CheckpointOptions.PageServer(text))
    #expect(server.address == address)
    #expect(server.port == port)
  }

  @Test(arguments: ["", "host", "host:", ":27", "host:0", "host:65536", "host:x", "a:b:1", "[]:1"])
  func refusesWhatIsNoPageServer(text: String) {
    #expect(CheckpointOptions.PageServer(text) == nil)
  }

  /// Images can come from anywhere: what is no pipe, or beyond the three, is not passed on.
  @Test func inheritsPipesAlone() throws {
    let folder = try makeTemporaryFolder()
    defer { removeTemporaryFolder(folder) }
    let images = try openFile(folder, [.readOnly, .directory])
    let text = #"["/dev/null","pipe:[12]","pipe:[13]","pipe:[14]","mnt[]"]"#
    try images.lent.replaceFile("descriptors.json", contents: Array(text.utf8), mode: 0o600)
    let descriptors = try ExternalDescriptors(in: images.lent)
    #expect(
      descriptors.inherited == [
        .init(key: "pipe:[12]", number: 1), .init(key: "pipe:[13]", number: 2),
      ])
    try descriptors.write(to: images.lent)
    #expect(try ExternalDescriptors(in: images.lent) == descriptors)
  }

  @Test func readsWhereAProcessIsInItsCgroups() {
    let text = "12:cpu,cpuacct:/a:b\n3:name=systemd:/user.slice\n0::/c\nnonsense\n"
    #expect(
      CgroupRoots.parse(text) == [
        .init(controller: "cpu", path: "/a:b"), .init(controller: "cpuacct", path: "/a:b"),
        .init(controller: "name=systemd", path: "/user.slice"), .init(controller: "", path: "/c"),
      ])
  }

  @Test func quotesTheFirstErrorOfTheLog() throws {
    let folder = try makeTemporaryFolder()
    defer { removeTemporaryFolder(folder) }
    let directory = try openFile(folder, [.readOnly, .directory])
    let text =
      "(00.01) Running\n(00.02)      1: Error (criu/files.c:9): no file\n(00.03) Error (b)\n"
    try directory.lent.replaceFile("dump.log", contents: Array(text.utf8), mode: 0o600)
    let log = CriuLog(path: "\(folder)/dump.log")
    #expect(log.firstError == "Error (criu/files.c:9): no file")
    let error = #expect(throws: RuntimeError.self) {
      try log.explaining { throw RuntimeError.processFailed("criu failed") }
    }
    #expect(
      "\(try #require(error))"
        == "criu failed: Error (criu/files.c:9): no file; see \(folder)/dump.log")
    #expect(CriuLog(path: "\(folder)/other.log").firstError == nil)
  }

  /// Options in such a file can name programs to run: an annotation, maybe an image's, must not choose.
  @Test func takesNoConfigurationFileFromAnAnnotation() throws {
    #expect(try CriuConfigurationFile.path(nil) == "/etc/criu/runc.conf")
    #expect(try CriuConfigurationFile.path(["a": "b"]) == "/etc/criu/runc.conf")
    #expect(try CriuConfigurationFile.path(["org.criu.config": ""]) == nil)
    #expect(throws: RuntimeError.self) {
      try CriuConfigurationFile.path(["org.criu.config": "/rootfs/evil.conf"])
    }
  }
}
