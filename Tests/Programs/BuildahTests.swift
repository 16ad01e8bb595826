import Foundation
import Testing

/// Debian's buildah, which runs the steps of a build with the runtime under test.
@Suite(
  .serialized,
  .enabled(if: Program.reasonToSkip == nil, "\(Program.reasonToSkip ?? "")"),
  .enabled(if: Program.buildah != nil, "buildah is not installed"))
struct BuildahTests {
  @Test func runInAWorkingContainer() throws {
    try withBuildah { buildah in
      let outcome = try buildah.step("sh", "-c", "echo built >/note; cat /note; exit 3")
      #expect(outcome.stdout == "built\n", "\(outcome)")
      #expect(outcome.stderr.contains("exit status 3"), "\(outcome)")
      #expect(outcome.status != 0)
      // The file system of one step is that of the next.
      #expect(try buildah.step("cat", "/note").stdout == "built\n")
    }
  }

  @Test func runOnATerminal() throws {
    try withBuildah { buildah in
      let outcome = try buildah.workspace.runOnTerminal(buildah.line(["--tty"], ["tty"]))
      #expect(outcome.stdout.contains("/dev/pts/"), "\(outcome)")
    }
  }

  @Test func buildFromAContainerfile() throws {
    try withBuildah { buildah in
      let folder = buildah.workspace.folder
      let file = try buildah.workspace.write(
        """
        FROM scratch
        ADD root.tar /
        RUN mkdir /made && echo one >/made/file
        RUN echo two >>/made/file && test "$(id -u)" = 0
        """, to: "Containerfile")
      let outcome = try buildah.workspace.run(
        buildah.command + ["build", "--file", file] + buildah.options + ["--tag", "made", folder])
      #expect(outcome.status == 0, "\(outcome)")
      try buildah.workspace.must(buildah.command + ["from", "--name", "check", "localhost/made"])
      let check =
        buildah.command + ["run"] + buildah.options + ["check", "--", "cat", "/made/file"]
      #expect(try buildah.workspace.run(check).lines == ["one", "two"])
    }
  }
}

/// A buildah with a store of its own, and in it a working container made of busybox.
private struct Buildah {
  let workspace: Workspace

  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    let root = try workspace.makeRoot()
    try workspace.must("/bin/tar", "-C", root, "-cf", "\(workspace.folder)/root.tar", ".")
    workspace.atEnd { [self] in _ = try? workspace.run(command + ["rm", "--all"]) }
    try workspace.must(command + ["from", "--name", "work", "scratch"])
    try workspace.must(command + ["add", "work", "\(workspace.folder)/root.tar", "/"])
  }

  var command: [String] {
    let folder = workspace.folder
    return [
      Program.buildah ?? "buildah", "--root", "\(folder)/store", "--runroot", "\(folder)/run",
      "--storage-driver", "vfs",
    ]
  }

  var options: [String] {
    [
      "--isolation", "oci", "--network", "none", "--runtime", Program.runtime, "--runtime-flag",
      "root=\(workspace.folder)/runtime",
    ]
  }

  func line(_ flags: [String], _ process: [String]) -> [String] {
    command + ["run"] + options + flags + ["work", "--"] + process
  }

  func step(_ process: String...) throws -> Output { try workspace.run(line([], process)) }
}

private func withBuildah(_ body: (Buildah) throws -> Void) throws {
  try withWorkspace { workspace in try body(try Buildah(workspace)) }
}
