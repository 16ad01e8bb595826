import Foundation
import Testing

/// CVE-2024-21626: a descriptor of the host's that is open in the container's first process.
@Suite(.enabled(if: ProcessProbe.isRoot, "needs root")) struct WorkingDirectoryTests {
  private static func inEmptyRoot(
    _ directory: String, isMade: Bool = false, prepare: (URL) throws -> Void = { _ in }
  ) throws -> ProcessProbe {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "working-directory-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: root) }
    try prepare(root)
    return try ProcessProbe(["directory", directory, root.path] + (isMade ? ["make"] : []))
  }

  @Test(arguments: 3...30)
  func descriptorsLeadNowhere(number: Int) throws {
    for path in ["/proc/self/fd/\(number)", "/proc/self/fd/\(number)/../../etc"] {
      let probe = try Self.inEmptyRoot(path)
      #expect(probe.status == 1)
      #expect(probe.line("error")?.contains("process.cwd") == true, "\(probe.lines)")
    }
  }

  @Test func foldersOfTheContainerAreEntered() throws {
    #expect(try Self.inEmptyRoot("/proc").line("entered") == "entered /proc")
    #expect(try Self.inEmptyRoot("/../../proc/sys").line("entered") == "entered /proc/sys")
  }

  @Test(arguments: ["/new/folder", "new//./folder/", "/../new/x/../folder"])
  func missingFolderIsMade(path: String) throws {
    #expect(try Self.inEmptyRoot(path, isMade: true).line("entered") == "entered /new/folder")
  }

  @Test func nothingIsMadeOutside() throws {
    let outside = FileManager.default.temporaryDirectory.appendingPathComponent(
      "outside-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: outside) }
    let probe = try Self.inEmptyRoot("/link/new", isMade: true) { root in
      try FileManager.default.createSymbolicLink(
        atPath: root.appendingPathComponent("link").path, withDestinationPath: outside.path)
    }
    #expect(probe.status == 1)
    // The host's root is descriptor 3 of the probe.
    let hostPath = "/proc/self/fd/3\(outside.path)/new"
    #expect(try Self.inEmptyRoot(hostPath, isMade: true).status == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).isEmpty)
  }

  @Test func missingFolderIsNamed() throws {
    let probe = try Self.inEmptyRoot("/missing")
    #expect(probe.line("error")?.contains("/missing") == true)
  }
}
