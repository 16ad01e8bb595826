import Foundation
import Testing

/// CVE-2024-21626: a descriptor of the host's that is open in the container's first process.
@Suite(.enabled(if: ProcessProbe.isRoot, "needs root")) struct WorkingDirectoryTests {
  private static func inEmptyRoot(_ directory: String) throws -> ProcessProbe {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "working-directory-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: root) }
    return try ProcessProbe("directory", directory, root.path)
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

  @Test func missingFolderIsNamed() throws {
    let probe = try Self.inEmptyRoot("/missing")
    #expect(probe.line("error")?.contains("/missing") == true)
  }
}
