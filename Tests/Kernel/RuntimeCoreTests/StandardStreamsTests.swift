import Foundation
import Testing

/// CVE-2026-88265: whatever stands open as a standard stream is not given away.
@Suite(.enabled(if: ProcessProbe.isRoot, "needs root")) struct StandardStreamsTests {
  private static func probe(_ redirections: String, _ arguments: String...) throws -> ProcessProbe {
    try ProcessProbe(
      ["streams"] + arguments,
      wrapper: ["/bin/sh", "-c", "\"$0\" \"$@\" \(redirections)"])
  }

  @Test func pipesAreGivenToTheUser() throws {
    // Standard output and error are the tests' own pipe.
    let probe = try Self.probe("</dev/null")
    #expect(
      probe.lines == ["0 belongs to 0", "1 belongs to 1234", "2 belongs to 1234"], "\(probe.lines)")
  }

  @Test func filesAndDevicesStayWhoseTheyAre() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let probe = try Self.probe("<'\(file.path)' 2>/dev/zero")
    #expect(
      probe.lines == ["0 belongs to 0", "1 belongs to 1234", "2 belongs to 0"], "\(probe.lines)")
  }

  @Test func closedStreamIsPassedOver() throws {
    let probe = try Self.probe("", "closed")
    #expect(probe.lines == ["1 belongs to 1234", "2 belongs to 1234"], "\(probe.lines)")
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "needs script(1)"))
  func terminalIsGivenToTheUser() throws {
    let probe = try ProcessProbe(
      [], wrapper: ["/bin/sh", "-c", "exec script -qec \"$0 streams\" /dev/null"])
    #expect(probe.lines.joined().contains("2 belongs to 1234"), "\(probe.lines)")
  }
}
