import Foundation
import Testing

/// What only the command line of `ocirun` promises: one line for whatever is wrong, and nothing left.
@Suite(
  .enabled(if: Program.reasonToSkip == nil, "\(Program.reasonToSkip ?? "")"),
  .enabled(if: Program.isOcirun, "OCI_RUNTIME is another runtime than ocirun"))
struct OcirunTests {
  private func runtime(_ workspace: Workspace, _ arguments: String...) throws -> Output {
    try workspace.run([Program.runtime, "--root", "\(workspace.folder)/state"] + arguments)
  }

  /// Texts of a config.json that cannot be used, and what the one line has to name.
  static let unusable: [(text: String, named: String)] = [
    ("", "line 1, column 1"),
    ("{", "line 1, column 2"),
    ("{\"ociVersion\": \"1.0.0\",\n \"root\": {path}}", "line 2, column 11"),
    ("[]", "expected an object, found an array"),
    ("{}", "ociVersion is missing"),
    (#"{"ociVersion": "2.0.0", "root": {"path": "rootfs"}}"#, "ociVersion: version \\\"2.0.0\\\""),
    (#"{"ociVersion": "1.0.0"}"#, "root: is missing"),
    (#"{"ociVersion": "1.0.0", "root": {"path": "rootfs"}}"#, "process: is missing"),
    (
      #"{"ociVersion": "1.0.0", "process": {"user": {"uid": 4294967296, "gid": 0}, "cwd": "/"}}"#,
      "process.user.uid: 4294967296 is out of range"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"user": {"uid": 0, "gid": 0}, "args": ["true"]}}"#,
      "process.cwd is missing"
    ),
    (
      #"{"ociVersion": "1.0.0", "root": {"path": "rootfs"}, "process": {"user": {"uid": 0, "#
        + #""gid": 0}, "cwd": "/", "args": ["true"]}, "mounts": [{"source": "/"}]}"#,
      "mounts[0].destination is missing"
    ),
    (
      #"{"ociVersion": "1.0.0", "root": {"path": "rootfs"}, "process": {"user": {"uid": 0, "#
        + #""gid": 0}, "cwd": "/", "args": ["true"]}, "linux": {"sysctl": "#
        + #"{"kernel.core_pattern": "|/x"}}}"#,
      "linux.sysctl[\\\"kernel.core_pattern\\\"]"
    ),
    (
      #"{"ociVersion": "1.0.0", "ociVersion": "1.0.0"}"#, "stands twice"
    ),
  ]

  @Test(arguments: unusable)
  func anUnusableConfigurationIsOneLineAndLeavesNothing(text: String, named: String) throws {
    try withWorkspace { workspace throws in
      _ = try workspace.write(text, to: "config.json")
      for command in ["create", "run"] {
        let output = try runtime(workspace, command, "--bundle", workspace.folder, workspace.name)
        #expect(output.status == 1 && output.stdout.isEmpty)
        let lines = output.stderr.split(separator: "\n")
        #expect(lines.count == 1 && output.stderr.contains(named), "\(output)")
        #expect(output.stderr.contains("level=error msg=\"ocirun \(command) failed: "))
      }
      #expect(
        !FileManager.default.fileExists(atPath: "\(workspace.folder)/state/\(workspace.name)"))
      #expect(workspace.cgroups.isEmpty && workspace.mounts.isEmpty)
    }
  }

  @Test func theLogIsJSONWhereAsked() throws {
    try withWorkspace { workspace throws in
      let log = "\(workspace.folder)/log"
      let output = try runtime(
        workspace, "--log", log, "--log-format=json", "state", workspace.name)
      #expect(output.status == 1)
      #expect(output.stderr == "container does not exist: \(workspace.name)\n")
      let line = try JSONValue(parsing: contents(log))
      #expect(line["level"] == .string("error"))
      #expect(line["msg"] == .string("container does not exist: \(workspace.name)"))
    }
  }

  @Test(
    arguments: [
      (["bogus"], 3), (["--bogus"], 1), (["state"], 1), (["state", "a", "b"], 1),
      (["--log-format", "xml", "list"], 1), (["--root", "/", "list"], 1),
      (["list", "--format", "xml"], 1), (["kill", "x", "NOSUCH"], 1), (["exec", "x", "y"], 255),
      (["exec"], 1), (["create", "--preserve-fds", "x", "y"], 1), (["delete", "x"], 1),
      (["delete", "--force", "x"], 0), (["list"], 0), (["--version"], 0), (["features"], 0),
      (["help"], 0), (["run", "--help"], 0), ([], 0),
    ] as [([String], Int32)])
  func exitStatuses(arguments: [String], status: Int32) throws {
    try withWorkspace { workspace throws in
      workspace.environment["XDG_RUNTIME_DIR"] = workspace.folder
      let root = arguments.contains("--root") ? [] : ["--root", "\(workspace.folder)/state"]
      let output = try workspace.run([Program.runtime] + root + arguments)
      #expect(output.status == status, "\(output)")
      #expect(output.stderr.isEmpty == (status == 0))
    }
  }

  /// The Swift runtime would run this program for a fault of the runtime, as root.
  @Test func aFaultRunsNoProgramOfTheBundle() throws {
    try withWorkspace { workspace throws in
      let program = try workspace.write("#!/bin/sh\ntouch ran\n", to: "swift-backtrace")
      chmod(program, 0o755)
      // The runtime, having executed itself by descriptor, waits for the hook to end.
      _ = try workspace.makeRoot()
      let hook = try workspace.write("#!/bin/sh\ntouch hooked\nexec sleep 20\n", to: "hook")
      chmod(hook, 0o755)
      try workspace.must(Program.runtime, "spec", "--bundle", workspace.folder)
      var config = try JSONValue(parsing: contents("\(workspace.folder)/config.json"))
      config["process", "terminal"] = .bool(false)
      config["hooks", "createRuntime"] = .array([.object(["path": .string(hook)])])
      _ = try workspace.write(try config.text, to: "config.json")
      let state = ["--root", "\(workspace.folder)/state"]
      let child = try workspace.start([Program.runtime] + state + ["create", workspace.name])
      workspace.atEnd {
        _ = try? workspace.run([Program.runtime] + state + ["delete", "--force", workspace.name])
      }
      let hooked = "\(workspace.folder)/hooked"
      #expect(eventually(10) { FileManager.default.fileExists(atPath: hooked) })
      child.send(SIGSEGV)
      #expect(try child.wait().status == 128 + SIGSEGV)
      #expect(!FileManager.default.fileExists(atPath: "\(workspace.folder)/ran"))
    }
  }

  /// A creation that was killed before it made its cgroup has only named it: by then it may be known
  /// that another container is there.
  @Test func cleaningUpAfterAKilledCreationSparesOthersInItsCgroup() throws {
    try withWorkspace { workspace throws in
      _ = try workspace.makeRoot()
      try workspace.must(Program.runtime, "spec", "--bundle", workspace.folder)
      let text = contents("\(workspace.folder)/config.json")
        .replacingOccurrences(of: "\"terminal\": true", with: "\"terminal\": false")
        .replacingOccurrences(of: "\"sh\"", with: "\"sleep\", \"100\"")
      _ = try workspace.write(text, to: "config.json")
      let name = workspace.name
      let started = try runtime(workspace, "run", "--detach", "--bundle", workspace.folder, name)
      #expect(started.status == 0, "\(started)")
      workspace.atEnd { _ = try? runtime(workspace, "delete", "--force", name) }

      let folder = "\(workspace.folder)/state"
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)-cut", withIntermediateDirectories: false)
      let config = contents("\(folder)/\(name)/config.json")
      _ = try workspace.write(config, to: "state/\(name)-cut/config.json")
      var state = try JSONValue(parsing: contents("\(folder)/\(name)/state.json"))
      state["isCreated"] = .bool(false)
      state["pid"] = .integer(0)
      state["id"] = .string("\(name)-cut")
      _ = try workspace.write(try state.text, to: "state/\(name)-cut/state.json")

      let deleted = try runtime(workspace, "delete", "--force", "\(name)-cut")
      #expect(deleted.status == 0, "\(deleted)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(name)-cut"))
      let after = try runtime(workspace, "state", name)
      #expect(after.stdout.contains("\"status\": \"running\""), "\(after)")
    }
  }

  @Test func specWritesWhatRunTakes() throws {
    try withWorkspace { workspace throws in
      _ = try workspace.makeRoot()
      try workspace.must(Program.runtime, "spec", "--bundle", workspace.folder)
      let again = try workspace.run([Program.runtime, "spec", "--bundle", workspace.folder])
      #expect(again.status == 1 && again.stderr.contains("config.json exists"))
      let text = contents("\(workspace.folder)/config.json")
        .replacingOccurrences(of: "\"terminal\": true", with: "\"terminal\": false")
        .replacingOccurrences(of: "\"sh\"", with: "\"echo\", \"hello\"")
      _ = try workspace.write(text, to: "config.json")
      let output = try runtime(workspace, "run", "--bundle", workspace.folder, workspace.name)
      #expect(output.status == 0 && output.stdout == "hello\n", "\(output)")
    }
  }
}

extension Program {
  static let isOcirun = runtime.hasSuffix("/ocirun")
}
