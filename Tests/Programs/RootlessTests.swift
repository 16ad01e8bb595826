import Foundation
import Testing

/// An ordinary user who can hand out numbers.
private enum OrdinaryUser {
  /// A user with subordinate numbers; nil where this machine has none.
  static let name: String? = {
    let table = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").compactMap { $0.split(separator: ":").first }.map(
      String.init
    )
    .first { $0 != "root" && getpwnam($0) != nil }
  }()
}

/// Containers of an ordinary user.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"),
  .enabled(if: OrdinaryUser.name != nil, "no user has subordinate numbers"))
struct RootlessTests {
  @Test func commandsOfAUserShareWhatTheyMount() throws {
    let user = try #require(OrdinaryUser.name)
    try withWorkspace { (workspace: Workspace) throws in
      let home = "\(workspace.folder)/home"
      try FileManager.default.createDirectory(
        atPath: "\(home)/run", withIntermediateDirectories: true)
      let bin = "\(workspace.folder)/bin"
      try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
      let root = try workspace.makeRoot()
      try workspace.must("/bin/cp", "-r", root, "\(home)/rootfs")
      try workspace.must("/bin/chown", "-R", "\(user):", home)
      // The programs may stand where the user cannot go.
      let own = URL(fileURLWithPath: Engine.program).resolvingSymlinksInPath()
        .deletingLastPathComponent().path
      let beside = own.hasSuffix("/bin") ? own.dropLast(4) + "/libexec/podman" : own[...]
      for name in ["podman", "ocirun", "podman-monitor"] {
        for folder in [own, String(beside)]
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
          try workspace.must("/bin/cp", "-L", "\(folder)/\(name)", "\(bin)/\(name)")
        }
      }
      func podman(_ words: String) throws -> Output {
        try workspace.run([
          "/bin/su", user, "-s", "/bin/sh", "-c",
          "cd \(home) && HOME=\(home) XDG_RUNTIME_DIR=\(home)/run \(bin)/podman \(words)",
        ])
      }
      workspace.atEnd { _ = try? podman("rm -fa -t 0") }
      let rootfs = "--network none --rootfs \(home)/rootfs"
      let alone = try podman("run --rm \(rootfs) sh -c 'id -u; cat /proc/self/uid_map'")
      #expect(alone.status == 0 && alone.lines.first == "0" && alone.lines.count == 3, "\(alone)")
      let kept = try podman("run --rm --userns keep-id \(rootfs) id -u")
      #expect(kept.text == (try workspace.must("/usr/bin/id", "-u", user).text), "\(kept)")

      let started = try podman("run -d --name s \(rootfs) sleep 1000")
      #expect(started.status == 0, "\(started)")
      #expect(try podman("ps --format '{{.Names}}'").text == "s")
      let limited = try podman("run --rm --uidmap 0:0:1 \(rootfs) true")
      #expect(limited.status != 125 || limited.stderr.contains("Error:"))
      #expect(try podman("stop -t 0 s").status == 0)
      #expect(try podman("inspect --format '{{.State.ExitCode}}' s").text == "137")
      #expect(try podman("rm s").status == 0)
      #expect(try podman("ps -aq").text == "")
    }
  }
}
