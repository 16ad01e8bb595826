import Foundation
import Testing

/// Debian's containerd, whose shim calls the runtime under test (`ctr run --runc-binary`).
@Suite(
  .serialized,
  .enabled(if: Program.reasonToSkip == nil, "\(Program.reasonToSkip ?? "")"),
  .enabled(if: Program.containerd != nil && Program.ctr != nil, "containerd is not installed"))
struct ContainerdTests {
  @Test func runGivesOutputAndExitStatus() throws {
    try withContainerd { containerd in
      let outcome = try containerd.container(
        "one", ["--rm"], "/bin/sh", "-c", "echo out; echo err >&2; exit 7")
      #expect(outcome.stdout == "out\n", "\(outcome)")
      #expect(outcome.stderr.contains("err"))
      #expect(outcome.status == 7, "\(outcome)")
      #expect(try containerd.must("task", "list", "--quiet").text.isEmpty)
    }
  }

  @Test func aCommandThatCannotRunIsAnError() throws {
    try withContainerd { containerd in
      let outcome = try containerd.container("one", ["--rm"], "/no/such/program")
      #expect(outcome.status != 0)
      #expect(outcome.stderr.contains("/no/such/program"), "\(outcome)")
      #expect(outcome.stderr.contains("no such file or directory"), "\(outcome)")
    }
  }

  @Test func lifeOfATask() throws {
    try withContainerd { containerd in
      let started = try containerd.container(
        "one", ["--detach", "--memory-limit", "\(64 << 20)"], "/bin/sleep", "1000")
      #expect(started.status == 0, "\(started)")
      #expect(try containerd.status("one") == "RUNNING")

      let exec = try containerd.run(
        "task", "exec", "--exec-id", "extra", "one", "/bin/sh", "-c", "echo inside; exit 5")
      #expect(exec.stdout == "inside\n", "\(exec)")
      #expect(exec.status == 5, "\(exec)")

      try containerd.must("task", "pause", "one")
      #expect(try containerd.status("one") == "PAUSED")
      try containerd.must("task", "resume", "one")
      #expect(try containerd.status("one") == "RUNNING")

      #expect(try containerd.must("task", "ps", "one").lines.count == 2)
      #expect(try containerd.must("task", "metrics", "one").text.contains("memory"))

      try containerd.must("task", "kill", "--signal", "KILL", "one")
      #expect(try eventually(10) { try containerd.status("one") == "STOPPED" })
      let deleted = try containerd.must("task", "delete", "one")
      #expect(deleted.stderr.contains("exit code 137"), "\(deleted)")
      try containerd.must("container", "delete", "one")
      let left = containerd.workspace.cgroups.filter { $0.hasSuffix("/one") }
      #expect(left.isEmpty)
    }
  }

  @Test func runOnATerminal() throws {
    try withContainerd { containerd in
      let line = containerd.line("one", ["--rm", "--tty"], ["/usr/bin/tty"])
      let outcome = try containerd.workspace.runOnTerminal(line)
      #expect(outcome.stdout.contains("/dev/pts/0"), "\(outcome)")
    }
  }
}

/// A containerd of the test's own: its folders, its socket, its end.
private struct Containerd {
  let workspace: Workspace
  private let root: String

  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    root = try workspace.makeRoot()
    try FileManager.default.createDirectory(
      atPath: root + "/usr", withIntermediateDirectories: true)
    symlink("../bin", root + "/usr/bin")
    let folder = workspace.folder
    let configuration = try workspace.write(
      """
      version = 2
      root = "\(folder)/root"
      state = "\(folder)/state"
      disabled_plugins = [
        "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs",
        "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
        "io.containerd.snapshotter.v1.zfs",
      ]
      [grpc]
      address = "\(folder)/containerd.sock"
      [ttrpc]
      address = "\(folder)/ttrpc.sock"
      """, to: "config.toml")

    let daemon = try workspace.start([Program.containerd ?? "", "--config", configuration])
    workspace.atEnd { [self] in removeAll() }
    let answers = try eventually(20) { try run("version").status == 0 }
    guard answers else {
      throw HarnessError("containerd does not answer:\n" + daemon.standardError)
    }
  }

  private func removeAll() {
    for task in (try? run("task", "list", "--quiet").lines) ?? [] {
      _ = try? run("task", "delete", "--force", task)
    }
    for container in (try? run("container", "list", "--quiet").lines) ?? [] {
      _ = try? run("container", "delete", container)
    }
  }

  private func command(_ arguments: [String]) -> [String] {
    [Program.ctr ?? "ctr", "--address", "\(workspace.folder)/containerd.sock"] + arguments
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Output { try workspace.run(command(arguments)) }

  @discardableResult
  func must(_ arguments: String...) throws -> Output { try workspace.must(command(arguments)) }

  func line(_ id: String, _ flags: [String], _ process: [String]) -> [String] {
    command(
      [
        "run", "--rootfs", "--runc-binary", Program.runtime, "--runc-root",
        "\(workspace.folder)/runtime", "--cgroup", "/\(workspace.name)/\(id)",
      ] + flags + [root, id] + process)
  }

  func container(_ id: String, _ flags: [String], _ process: String...) throws -> Output {
    try workspace.run(line(id, flags, process))
  }

  /// What `ctr task list` calls the state of a task.
  func status(_ id: String) throws -> String {
    let line = try must("task", "list").lines.first { $0.hasPrefix(id + " ") }
    return line?.split(separator: " ").last.map(String.init) ?? ""
  }
}

private func withContainerd(_ body: (Containerd) throws -> Void) throws {
  try withWorkspace { workspace in try body(try Containerd(workspace)) }
}
