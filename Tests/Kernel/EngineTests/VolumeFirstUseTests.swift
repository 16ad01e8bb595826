import Engine
import Foundation
import JSON
import LinuxSystem
import StateStore
import SystemPackage
import Testing

/// What a volume gets from the image of its first container.
@Suite(.enabled(if: geteuid() == 0, "owners can be changed by root only"))
struct VolumeFirstUseTests {
  private let test: TestEngine
  private let root: String

  init() throws {
    test = try TestEngine()
    root = test.folder + "/image"
    try FileManager.default.createDirectory(
      atPath: root + "/data/sub", withIntermediateDirectories: true)
    try "hello".write(toFile: root + "/data/file", atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: root + "/data/link", withDestinationPath: "/etc/passwd")
    try FileManager.default.linkItem(
      atPath: root + "/data/file", toPath: root + "/data/sub/other")
    #expect(chown(root + "/data", 70, 71) == 0)
    #expect(chmod(root + "/data", 0o750) == 0)
    #expect(lchown(root + "/data/file", 5, 6) == 0)
    #expect(chmod(root + "/data/file", 0o4711) == 0)
    try test.engine.volumes.create(.init(name: "v"))
  }

  private var folder: String { test.folder + "/root/volumes/v/_data" }

  private func status(_ path: String) -> stat {
    var status = stat()
    #expect(lstat(path, &status) == 0, "\(path)")
    return status
  }

  private func use(
    _ destination: String = "/data", uid: UInt32 = 1000, gid: UInt32 = 1001,
    _ change: (inout Volumes.FirstUse) -> Void = { _ in }
  ) throws {
    let opened = try openFile(root, [.path, .directory])
    var use = Volumes.FirstUse(
      root: opened.lent, destination: destination, uid: uid, gid: gid)
    change(&use)
    try test.engine.volumes.prepare("v", for: use)
  }

  @Test func theFilesOfTheImageAreCopied() throws {
    try use()
    #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "hello")
    let file = status(folder + "/file")
    #expect(file.st_uid == 5 && file.st_gid == 6)
    #expect(file.st_mode & 0o7777 == 0o4711)
    #expect(file.st_mtim.tv_sec == status(root + "/data/file").st_mtim.tv_sec)
    #expect(file.st_nlink == 2)
    #expect(status(folder + "/sub/other").st_ino == file.st_ino)
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link")
    #expect(link == "/etc/passwd")
    // The folder itself is as the image has it.
    let top = status(folder)
    #expect(top.st_uid == 70 && top.st_gid == 71)
    #expect(top.st_mode & 0o7777 == 0o750)
  }

  @Test func theSecondContainerChangesNothing() throws {
    try use()
    try FileManager.default.removeItem(atPath: folder + "/file")
    #expect(chown(folder, 9, 9) == 0)
    try use(uid: 2000)
    #expect(!FileManager.default.fileExists(atPath: folder + "/file"))
    #expect(status(folder).st_uid == 9)
  }

  /// CVE-2020-1726: what somebody has put into a volume is not written over.
  @Test func aVolumeWithFilesKeepsThem() throws {
    try "mine".write(toFile: folder + "/file", atomically: true, encoding: .utf8)
    try use()
    #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "mine")
    #expect(!FileManager.default.fileExists(atPath: folder + "/sub"))
    #expect(status(folder).st_uid == 0)
  }

  @Test func nocopyGivesOnlyTheOwner() throws {
    try use { $0.copiesUp = false }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(status(folder).st_uid == 70)
  }

  @Test func whereTheImageHasNothingTheUserOwnsTheVolume() throws {
    try use("/none/such")
    #expect(status(folder).st_uid == 1000)
    #expect(status(folder).st_gid == 1001)
  }

  @Test func withTheOptionUTheOwnerIsTheUser() throws {
    try use { $0.keepsOwner = true }
    #expect(status(folder).st_uid == 1000)
  }

  @Test func aVolumeWithAnOwnerKeepsIt() throws {
    var request = Volumes.Request(name: "owned")
    request.uid = 77
    try test.engine.volumes.create(request)
    let opened = try openFile(root, [.path, .directory])
    try test.engine.volumes.prepare(
      "owned",
      for: Volumes.FirstUse(root: opened.lent, destination: "/data", uid: 1000, gid: 1001))
    let owned = test.folder + "/root/volumes/owned/_data"
    #expect(status(owned).st_uid == 77)
    #expect(status(owned + "/file").st_uid == 5)
  }

  /// A link in the image leads to nothing outside of it.
  @Test func aLinkOutOfTheImageIsNotFollowed() throws {
    try FileManager.default.createSymbolicLink(
      atPath: root + "/outside", withDestinationPath: test.folder + "/run")
    try FileManager.default.createDirectory(
      atPath: test.folder + "/run/secret", withIntermediateDirectories: true)
    try use("/outside")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    try FileManager.default.removeItem(atPath: root + "/outside")
    try FileManager.default.createSymbolicLink(
      atPath: root + "/outside", withDestinationPath: "../../..\(test.folder)/run")
    try use("/outside")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// A copy that was interrupted is gone on with: what is there already is written anew.
  @Test func anInterruptedCopyIsFinished() throws {
    let volume = try test.engine.volumes.find("v")
    var state = volume.state
    state.isCopyingUp = true
    try test.engine.state.setState(
      String(decoding: JSONWriter().write(state), as: UTF8.self), kind: "volume", id: "v")
    try "hel".write(toFile: folder + "/file", atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: folder + "/sub", withIntermediateDirectories: true)
    try use()
    #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "hello")
    #expect(status(folder + "/sub/other").st_ino == status(folder + "/file").st_ino)
    #expect(try !test.engine.volumes.find("v").state.isCopyingUp)
    #expect(status(folder).st_uid == 70)
  }

  /// CVE-2023-0778: a volume's folder that was swapped for a link is not followed.
  @Test func aFolderThatBecameALinkIsNotFollowed() throws {
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: root)
    #expect(throws: (any Error).self) { try use("/none") }
    let output = try openFile(test.folder + "/out", [.readWrite, .create], mode: 0o600)
    #expect(throws: (any Error).self) {
      try test.engine.volumes.export("v", to: output.lent)
    }
    #expect(try output.lent.status(subject: "out").size == 0)
    #expect(status(root).st_uid == 0)
  }
}
