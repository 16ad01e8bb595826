import Foundation
import Testing

/// `podman unshare`.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct UnshareTests {
  /// A user with subordinate numbers; nil where this machine has none.
  private static let user: String? = {
    let table = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").compactMap { $0.split(separator: ":").first }.map(
      String.init
    )
    .first { $0 != "root" && getpwnam($0) != nil }
  }()

  @Test func rootHasNothingToUnshare() throws {
    try withEngine { podman in
      let outcome = try podman.run("unshare", "id")
      #expect(outcome.status == 125)
      #expect(outcome.stderr == "Error: please use unshare with rootless\n")
    }
  }

  @Test(.enabled(if: UnshareTests.user != nil, "no user has subordinate numbers"))
  func aUserIsRootAmongTheirNumbers() throws {
    let user = try #require(Self.user)
    try withWorkspace { workspace in
      let home = "\(workspace.folder)/home"
      try FileManager.default.createDirectory(
        atPath: "\(home)/run", withIntermediateDirectories: true)
      try workspace.must("/bin/chown", "-R", user, home)
      // The program may stand where the user cannot go.
      try workspace.must("/bin/cp", Engine.program, "\(workspace.folder)/podman")
      func unshare(_ command: String) throws -> Output {
        try workspace.run([
          "/bin/su", user, "-s", "/bin/sh", "-c",
          "cd \(home) && HOME=\(home) XDG_RUNTIME_DIR=\(home)/run "
            + "\(workspace.folder)/podman unshare \(command)",
        ])
      }
      #expect(try unshare("id -u").text == "0")
      #expect(try unshare("cat /proc/self/uid_map").lines.count == 2)
      #expect(try unshare("sh -c 'exit 7'").status == 7)
      #expect(try unshare("no-such-program").status == 127)
      #expect(try unshare("/etc/passwd").status == 126)
    }
  }
}
