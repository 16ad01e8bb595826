import Foundation
import Testing

/// docker-py, compose and Ansible read `inspect` and `ps --format json`: both have podman's fields.
@Suite(
  .serialized,
  .enabled(if: SharedStore.reasonToSkip == nil, "\(SharedStore.reasonToSkip ?? "")"))
struct InspectShapeTests {
  /// What Debian's 4.3.1 does not have yet, or has otherwise, and podman 6 has so.
  static let meant: Set<String> = [
    "Config.Entrypoint", "Config.StopSignal", "Config.Annotations", "HostConfig.Annotations",
    "HostConfig.AutoRemoveImage", "HostConfig.HostsFile", "UseImageHosts",
    "UseImageHostname", "KubeExitCodePropagation", "lockNumber",
    // Only there once a container was started, in one of the two.
    "OCIConfigPath", "State.CgroupPath", "State.ConmonPid", "GraphDriver.Data.MergedDir",
    // In `ps`.
    "Restarts", "CIDFile", "ExposedPorts",
  ]

  private func fields(_ value: JSONValue, _ prefix: String = "") -> Set<String> {
    var names: Set<String> = []
    switch value {
    case .object(let members):
      for (name, member) in members {
        names.insert(prefix + name)
        // The keys of these are names of things.
        if ["Labels", "Annotations", "Ports", "PortBindings", "Networks", "Tmpfs"].contains(name) {
          continue
        }
        names.formUnion(fields(member, prefix + name + "."))
      }
    case .array(let elements):
      if let first = elements.first { names.formUnion(fields(first, prefix)) }
    default: break
    }
    return names
  }

  private let line = [
    "-p", "18099:80", "-v", "data:/data", "--tmpfs", "/t", "-e", "A=b", "--label", "x=y",
    "--memory", "64m", "--cpus", "0.5", "--ulimit", "nofile=10:20",
    "--dns", "9.9.9.9", "--add-host", "h:1.2.3.4", SharedStore.image, "sleep", "9",
  ]

  @Test func inspectHasPodmansFields() throws {
    try withSharedStore { (store: SharedStore) throws in
      _ = try store.workspace.run(store.arguments(["create", "--name", "ours"] + line))
      try store.theirs("create", "--name", "theirs", line)
      let ours = try store.ours("inspect", "ours").json[0]
      let theirs = try store.theirs("inspect", "theirs").json[0]
      let differences = fields(ours).symmetricDifference(fields(theirs)).subtracting(Self.meant)
      #expect(differences.isEmpty, "\(differences.sorted())")
      for path in [
        ["HostConfig", "Tmpfs"], ["HostConfig", "Memory"], ["HostConfig", "NanoCpus"],
        ["HostConfig", "Dns"], ["HostConfig", "ExtraHosts"],
        ["HostConfig", "PortBindings"], ["HostConfig", "ShmSize"], ["HostConfig", "PidMode"],
        ["Config", "Cmd"], ["Config", "Labels"], ["Config", "Umask"], ["Config", "WorkingDir"],
      ] {
        let mine = ours[path[0], path[1]]
        let other = theirs[path[0], path[1]]
        #expect(mine == other, "\(path): \(mine), \(other)")
      }
      let shown = try store.ours(
        "inspect", "--format", "{{.Id}}|{{ .ID }}|{{.ImageID}}|{{range .Mounts}}{{.Dst}}{{end}}",
        "ours")
      let id = try #require(ours["Id"].string)
      #expect(shown.text == "\(id)|\(id)|\(ours["Image"].string ?? "")|/data")
      let ourRow = try store.ours("ps", "-a", "--format", "json").json[0]
      let theirRow = try store.theirs("ps", "-a", "--format", "json").json[0]
      let rows = fields(ourRow).symmetricDifference(fields(theirRow)).subtracting(Self.meant)
      #expect(rows.isEmpty, "\(rows.sorted())")
      try store.ours("rm", "ours")
      try store.theirs("rm", ["theirs"])
    }
  }
}

extension SharedStore {
  /// The whole command line of ours.
  fileprivate func arguments(_ words: [String]) -> [String] {
    [
      Engine.program, "--root", "\(workspace.folder)/data/root", "--runroot",
      "\(workspace.folder)/data/run",
    ] + words
  }

  @discardableResult
  fileprivate func theirs(_ first: String, _ name: String, _ value: String, _ rest: [String]) throws
    -> Output
  {
    try theirs(all: [first, name, value] + rest)
  }

  @discardableResult
  fileprivate func theirs(_ first: String, _ rest: [String]) throws -> Output {
    try theirs(all: [first] + rest)
  }

  private func theirs(all words: [String]) throws -> Output {
    try workspace.must(
      [
        "/usr/bin/podman", "--root", "\(workspace.folder)/data/root", "--runroot",
        "\(workspace.folder)/data/run", "--storage-driver", "overlay", "--tmpdir",
        "\(workspace.folder)/tmp",
      ] + words)
  }
}
