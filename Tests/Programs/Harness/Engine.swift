import Foundation

/// Our podman with a store, networks and configuration of its own, which nothing else sees.
///
/// The program is the one that `PODMAN` names, `build/bin/podman` without it. The store stands on a
/// tmpfs, where overlay works whatever file system /tmp is on.
struct Engine {
  /// An image of busybox that every engine has.
  static let image = "localhost/busybox:latest"

  static let program =
    ProcessInfo.processInfo.environment["PODMAN"] ?? "\(projectFolder)/build/bin/podman"

  /// Why our podman cannot be tried; `nil` where it can.
  static let reasonToSkip: String? = {
    if access(program, X_OK) != 0 { return "podman is not built: \(program)" }
    if geteuid() != 0 { return "containers for the machine need root" }
    if access("/bin/busybox", X_OK) != 0 { return "busybox-static is not installed" }
    return nil
  }()

  /// The cgroup above all containers outlives them, as podman's does: it goes with the tests' process.
  private static let sweepAtExit: Void = {
    atexit {
      let top = "/sys/fs/cgroup"
      let hierarchies = (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []
      for folder in [top] + hierarchies.map({ "\(top)/\($0)" }) { rmdir("\(folder)/libpod_parent") }
    }
  }()

  let workspace: Workspace
  /// The OCI layout that `image` came from.
  let layout: String

  /// The file of the network namespace that the engine takes for the machine's; nil is the machine's own.
  private let network: String?

  /// - Parameters:
  ///   - engineSection: more lines of containers.conf's `[engine]`, as `runtime = "runc"`.
  ///   - hasOwnNetwork: whether bridges, rules and published ports stay in a network namespace of the
  ///     test's, which has a device eth0 that leads nowhere. Without it the engine sees the machine's
  ///     network, as a test needs whose own process serves on loopback.
  init(
    _ workspace: Workspace, engineSection: String = "", hasOwnNetwork: Bool = true
  ) throws {
    self.workspace = workspace
    _ = Self.sweepAtExit
    let folder = workspace.folder
    if hasOwnNetwork {
      let file = try workspace.write("", to: "network")
      try workspace.must(
        "/usr/bin/unshare", "--net=\(file)", "/bin/sh", "-ec",
        "ip link set lo up; ip link add eth0 type veth peer name eth0p; ip link set eth0 up; ip link set eth0p up"
      )
      network = file
    } else {
      network = nil
    }
    layout = "\(folder)/layout"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/networks", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/data", withIntermediateDirectories: true)
    guard mount("tmpfs", "\(folder)/data", "tmpfs", 0, nil) == 0 else {
      throw HarnessError("cannot mount a tmpfs: \(String(cString: strerror(errno)))")
    }
    workspace.environment["CONTAINERS_CONF"] = try workspace.write(
      """
      [engine]
      cgroup_manager = "cgroupfs"
      events_logger = "file"
      \(engineSection)
      [network]
      network_config_dir = "\(folder)/networks"
      """, to: "containers.conf")
    workspace.environment["CONTAINERS_STORAGE_CONF"] = try workspace.write(
      """
      [storage]
      driver = "overlay"
      graphroot = "\(folder)/data/root"
      runroot = "\(folder)/data/run"
      """, to: "storage.conf")
    workspace.environment["CONTAINERS_REGISTRIES_CONF"] = try workspace.write(
      "unqualified-search-registries = []\n", to: "registries.conf")
    workspace.atEnd { [self] in
      _ = try? run("rm", "--all", "--force", "--time", "0")
      _ = try? run("network", "prune", "--force")
    }
    let root = try workspace.makeRoot()
    try workspace.must("/bin/tar", "-C", root, "-cf", "\(folder)/root.tar", ".")
    try workspace.must(
      "\(projectFolder)/Scripts/make-image", layout,
      #"{"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"]}"#, "\(folder)/root.tar")
    try must("pull", "--quiet", "oci:\(layout)")
    try must("tag", must("images", "--quiet").text, Self.image)
  }

  /// The global options of every command line.
  var options: [String] {
    ["--root", "\(workspace.folder)/data/root", "--runroot", "\(workspace.folder)/data/run"]
  }

  func command(_ arguments: [String]) -> [String] {
    onNetwork([Self.program] + options + arguments)
  }

  /// A command line that runs where the engine's bridges and published ports are.
  func onNetwork(_ command: [String]) -> [String] {
    (network.map { ["/usr/bin/nsenter", "--net=\($0)", "--"] } ?? []) + command
  }

  /// Runs a command and waits for its end.
  @discardableResult
  func run(_ arguments: String..., input: String? = nil) throws -> Output {
    try workspace.run(command(arguments), input: input)
  }

  /// Runs a command that has to succeed.
  @discardableResult
  func must(_ arguments: String...) throws -> Output { try workspace.must(command(arguments)) }

  /// Runs a command on a terminal of its own.
  func onTerminal(_ arguments: String...) throws -> Output {
    try workspace.runOnTerminal(command(arguments))
  }

  /// Runs a line of a shell in which `podman` is ours, in the test's folder and the engine's network.
  func shell(_ line: String) throws -> Output {
    let call = ([Self.program] + options).map { "'\($0)'" }.joined(separator: " ")
    return try workspace.run(
      onNetwork(["/bin/bash", "-c", "podman() { \(call) \"$@\"; }\n" + line]))
  }

  /// A container that sleeps, without a network.
  func sleeper(_ name: String, _ flags: String...) throws {
    try workspace.must(
      command(
        ["run", "--detach", "--name", name, "--network", "none"] + flags
          + [Self.image, "sleep", "1000"]))
  }

  /// A field of `podman inspect`, by its Go template.
  func inspect(_ name: String, _ template: String) throws -> String {
    try must("inspect", "--format", template, name).text
  }
}

/// Gives `body` an engine of its own and cleans up after it.
func withEngine(
  engineSection: String = "", hasOwnNetwork: Bool = true, _ body: (Engine) throws -> Void
) throws {
  try withWorkspace { workspace in
    try body(
      try Engine(workspace, engineSection: engineSection, hasOwnNetwork: hasOwnNetwork))
  }
}
