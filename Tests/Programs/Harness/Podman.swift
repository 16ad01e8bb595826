import Foundation

/// Debian's podman with a store and a state folder of its own: nothing that the machine's podman has is
/// seen or touched. The runtime keeps its states where it always does: podman does not hand its
/// `--runtime-flag` on to the process that cleans up after a container.
struct Podman {
  static let image = "localhost/busybox"

  let workspace: Workspace

  /// - Parameter manager: `cgroupfs` or `systemd`.
  init(_ workspace: Workspace, manager: String = "cgroupfs") throws {
    self.workspace = workspace
    self.manager = manager
    workspace.environment["CONTAINERS_CONF"] = try workspace.write(
      """
      [containers]
      \(Self.limits)
      [engine]
      events_logger = "file"
      runtime_supports_json = ["crun", "runc", "ocirun"]
      """, to: "containers.conf")
    workspace.environment["CONTAINERS_STORAGE_CONF"] = try workspace.write(
      """
      [storage]
      driver = "vfs"
      graphroot = "\(workspace.folder)/store"
      runroot = "\(workspace.folder)/run"
      """, to: "storage.conf")
    let root = try workspace.makeRoot()
    try workspace.must("/bin/tar", "-C", root, "-cf", "\(workspace.folder)/root.tar", ".")
    workspace.atEnd { [self] in _ = try? run("rm", "--all", "--force", "--time", "0") }
    try must("import", "\(workspace.folder)/root.tar", Self.image)
  }

  private let manager: String

  /// Where podman may not raise limits (no CAP_SYS_RESOURCE) its own defaults cannot be had.
  private static var limits: String {
    var files = rlimit()
    var processes = rlimit()
    getrlimit(RLIMIT_NOFILE, &files)
    getrlimit(__RLIMIT_NPROC, &processes)
    let nofile = min(files.rlim_max, 1_048_576)
    let nproc = min(processes.rlim_max, 32_768)
    return "default_ulimits = [\"nofile=\(nofile):\(nofile)\", \"nproc=\(nproc):\(nproc)\"]"
  }

  private func command(_ arguments: [String]) -> [String] {
    let folder = workspace.folder
    return [
      Program.podman ?? "podman", "--root", "\(folder)/store", "--runroot", "\(folder)/run",
      "--tmpdir", "\(folder)/tmp", "--storage-driver", "vfs", "--cgroup-manager", manager,
      "--runtime", Program.runtime,
    ] + arguments
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Output {
    try workspace.run(command(arguments))
  }

  @discardableResult
  func must(_ arguments: String...) throws -> Output {
    try workspace.must(command(arguments))
  }

  /// Runs podman on a terminal of its own.
  func onTerminal(_ arguments: [String]) throws -> Output {
    try workspace.runOnTerminal(command(arguments))
  }

  /// The options of `run` that need nothing of this machine but cgroups, in the test's own one.
  var options: [String] {
    ["--network", "none", "--cgroup-parent", parent]
  }

  private var parent: String {
    manager == "systemd" ? "\(workspace.name).slice" : "/\(workspace.name)"
  }

  /// `podman run` in a container of that name: what it said and how it ended.
  func container(
    _ name: String, _ flags: [String] = [], _ process: String..., input: String? = nil
  ) throws -> Output {
    try workspace.run(
      command(["run", "--name", name] + options + flags + [Self.image] + process), input: input)
  }

  /// Starts a container that sleeps.
  func sleeper(_ name: String, _ flags: [String] = []) throws {
    let outcome = try container(name, ["--detach"] + flags, "sleep", "1000")
    guard outcome.status == 0 else { throw HarnessError(outcome.description) }
  }

  /// A field of `podman inspect`, by its Go template.
  func inspect(_ name: String, _ template: String) throws -> String {
    try must("inspect", "--format", template, name).text
  }
}

/// Gives `body` a podman of its own and cleans up after it.
func withPodman(manager: String = "cgroupfs", _ body: (Podman) throws -> Void) throws {
  try withWorkspace { workspace in try body(try Podman(workspace, manager: manager)) }
}
