import Engine
import Foundation
import LinuxSystem
import SystemPackage
import Testing

/// Volumes with something mounted, and archives of volumes.
@Suite(.enabled(if: geteuid() == 0, "mounting needs root"))
struct VolumeMountTests {
  private func isMounted(_ path: String) throws -> Bool {
    let place = try openFile(path, [.path])
    return try place.lent.status(subject: path).isMountRoot
  }

  @Test func mountsAreCounted() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    var request = Volumes.Request(name: "fast")
    request.options = ["type": "tmpfs", "device": "tmpfs", "o": "size=1M,nodev"]
    let folder = try volumes.create(request).record.folder
    #expect(try volumes.mount("fast") == folder)
    #expect(try volumes.mount("fast") == folder)
    #expect(try volumes.find("fast").state.mountCount == 2)
    #expect(try isMounted(folder))
    try volumes.unmount("fast")
    #expect(try isMounted(folder))
    try volumes.unmount("fast")
    #expect(try !isMounted(folder))
    try volumes.unmount("fast")
    #expect(try volumes.find("fast").state.mountCount == 0)
  }

  /// After the machine was started again the count says more than is so.
  @Test func aMountThatIsGoneIsMadeAgain() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    var request = Volumes.Request(name: "fast")
    request.options = ["type": "tmpfs"]
    let folder = try volumes.create(request).record.folder
    try volumes.mount("fast")
    try unmount(folder)
    try volumes.mount("fast")
    #expect(try isMounted(folder))
    #expect(try volumes.find("fast").state.mountCount == 1)
    try volumes.remove(volumes.find("fast"))
    #expect(!test.exists("root/volumes/fast"))
  }

  @Test func theMountProgramsReasonIsTold() throws {
    let test = try TestEngine()
    var request = Volumes.Request(name: "bad")
    request.options = ["type": "nosuchfs", "device": "x"]
    try test.engine.volumes.create(request)
    #expect(throws: EngineError.self) { try test.engine.volumes.mount("bad") }
    #expect(try test.engine.volumes.find("bad").state.mountCount == 0)
  }

  @Test func anArchiveReadsBack() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    let from = try volumes.create(.init(name: "from")).record.folder
    let to = try volumes.create(.init(name: "to")).record.folder
    try "text".write(toFile: from + "/file", atomically: true, encoding: .utf8)
    #expect(chown(from + "/file", 5, 6) == 0)
    let archive = try openFile(test.folder + "/a.tar", [.readWrite, .create], mode: 0o600)
    try volumes.export("from", to: archive.lent)
    _ = try archive.lent.seek(offset: 0, from: .start)
    try volumes.import("to", from: archive.lent)
    #expect(try String(contentsOfFile: to + "/file", encoding: .utf8) == "text")
    var status = stat()
    #expect(lstat(to + "/file", &status) == 0 && status.st_uid == 5 && status.st_gid == 6)
  }

  /// CVE-2025-11395: an archive whose links lead out of the volume.
  @Test(arguments: ["../escape", "link/escape", "absolute"])
  func aHostileArchiveReachesNothingOutside(_ kind: String) throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    try volumes.create(.init(name: "v"))
    let script = """
      import io, sys, tarfile
      t = tarfile.open(sys.argv[1], "w")
      def file(name):
          i = tarfile.TarInfo(name); i.size = 1; t.addfile(i, io.BytesIO(b"x"))
      def link(name, target):
          i = tarfile.TarInfo(name); i.type = tarfile.SYMTYPE; i.linkname = target; t.addfile(i)
      if sys.argv[3] == "../escape": file("../" * 8 + sys.argv[2].lstrip("/"))
      if sys.argv[3] == "link/escape": link("l", sys.argv[4]); file("l/escape")
      if sys.argv[3] == "absolute": file(sys.argv[2])
      t.close()
      """
    let archive = test.folder + "/evil.tar"
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    python.arguments = ["-c", script, archive, test.folder + "/escape", kind, test.folder]
    try python.run()
    python.waitUntilExit()
    try #require(python.terminationStatus == 0)
    let file = try openFile(archive, [.readOnly])
    try? volumes.import("v", from: file.lent)
    #expect(!test.exists("escape"))
  }
}
