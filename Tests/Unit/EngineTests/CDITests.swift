import Foundation
import JSON
import LinuxSystem
import RuntimeSpec
import Testing

@testable import Engine

/// Devices by names of vendors: the files of CDI, in both of their languages.
@Suite struct CDITests {
  private func tree(_ text: String) throws -> JSONTree { try YAMLReader.read(text) }

  @Test func yamlHasTheValuesOfJSON() throws {
    let text = """
      ---
      # written by a program
      cdiVersion: 0.5.0
      kind: "nvidia.com/gpu"   # quoted
      devices:
      - name: '0'
        containerEdits:
          deviceNodes:
          - path: /dev/nvidia0
            major: 195
            permissions: rw
          -   path: /dev/b:c
      - {name: all, containerEdits: {env: [A=1, "B=x, y"], n: {}}}
      containerEdits:
        env:
          - NVIDIA=void
          - EMPTY=
        empty: []
        none:
        mode: 0x1b6
        octal: 0o17
        yes: true
      """
    let json = """
      {"cdiVersion":"0.5.0","kind":"nvidia.com/gpu","devices":[{"name":"0","containerEdits":\
      {"deviceNodes":[{"path":"/dev/nvidia0","major":195,"permissions":"rw"},\
      {"path":"/dev/b:c"}]}},{"name":"all","containerEdits":{"env":["A=1","B=x, y"],"n":{}}}],\
      "containerEdits":{"env":["NVIDIA=void","EMPTY="],"empty":[],"none":null,"mode":438,\
      "octal":15,"yes":true}}
      """
    let written = String(decoding: try JSONWriter().write(try tree(text)), as: UTF8.self)
    #expect(written == json)
  }

  @Test(arguments: [
    ("a: &x 1", 1), ("a: 1\n\tb: 2", 2), ("a: |\n  text", 1), ("a: [1, 2", 1), ("a: 1\n   b: 2", 2),
    ("a: 1\na: 2", 2), ("a: 'x", 1), ("a: 1\n---\nb: 2", 2), ("- 1\nb: 2", 2), ("? a\n: b", 1),
    ("a: \"x\" y", 1), ("a: !!str 1", 1),
  ]) func whatIsNotReadIsAnErrorWithItsLine(_ text: String, _ line: Int) {
    #expect { try YAMLReader.read(text) } throws: { ($0 as? YAMLReader.Failure)?.line == line }
  }

  @Test func deepNestingEnds() {
    #expect(throws: YAMLReader.Failure.self) {
      try YAMLReader.read(String(repeating: "[", count: 100_000))
    }
    #expect(throws: YAMLReader.Failure.self) {
      try YAMLReader.read(String(repeating: "- ", count: 10_000) + "a")
    }
  }

  @Test func namesAreOfVendorClassAndDevice() {
    #expect(CDIName("nvidia.com/gpu=all")?.kind == "nvidia.com/gpu")
    for text in ["/dev/null", "/dev/a=b", "gpu=0", "a/b/c=d", "a/b=", "a/b=x y", "1a/b=c", "a/b"] {
      #expect(CDIName(text) == nil, "\(text)")
    }
  }

  private static let specification = #"""
    {"cdiVersion": "0.6.0", "kind": "example.com/thing", "containerEdits": {"env": ["ALL=1"]},
     "devices": [
       {"name": "one", "containerEdits": {
          "env": ["THING=one"], "additionalGids": [7, 0],
          "deviceNodes": [{"path": "/dev/thing", "hostPath": "/dev/null", "permissions": "r"}],
          "mounts": [{"hostPath": "/usr/share", "containerPath": "/thing", "options": ["ro", "nosuid"]}],
          "hooks": [{"hookName": "createContainer", "path": "/bin/true", "args": ["true", "x"]}],
          "intelRdt": {"closID": "class"}}},
       {"name": "two", "containerEdits": {"env": ["TWO=2"]}}]}
    """#

  private func withFolders(_ body: (String, String) throws -> Void) throws {
    let base = NSTemporaryDirectory() + "cdi-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: base) }
    for name in ["a", "b"] {
      try FileManager.default.createDirectory(
        atPath: "\(base)/\(name)", withIntermediateDirectories: true)
    }
    try body(base + "/a", base + "/b")
  }

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func aDeviceBringsItsEdits() throws {
    try withFolders { first, second in
      try write(Self.specification, first + "/thing.json")
      let folders = CDIFolders([first, second])
      let edits = try folders.edits(
        for: ["example.com/thing=one", "example.com/thing=two"].compactMap(CDIName.init))
      // What belongs to the file counts once.
      #expect(edits.count == 3)
      var spec = Spec(ociVersion: "1.0.2")
      spec.process = Spec.Process(user: .init(uid: 0, gid: 0), cwd: "/")
      spec.process?.env = ["THING=old", "A=b"]
      spec.linux = Spec.Linux()
      for edit in edits { spec.apply(edit) }
      #expect(spec.process?.env == ["A=b", "ALL=1", "THING=one", "TWO=2"])
      #expect(spec.process?.user.additionalGids == [7])
      #expect(
        spec.mounts == [
          .init(
            destination: "/thing", type: "bind", source: "/usr/share",
            options: ["ro", "nosuid", "rbind"])
        ])
      #expect(spec.hooks?.createContainer?.map(\.path) == ["/bin/true"])
      #expect(spec.linux?.intelRdt?.closID == "class")
      let node = try #require(edits.flatMap { $0.nodes ?? [] }.first)
      let device = try HostDevice(node, user: ContainerUser())
      #expect(device.path == "/dev/thing")
      #expect(device.number == DeviceNumber(major: 1, minor: 3))
      #expect(device.access == "r")
    }
  }

  @Test func laterFoldersGoBeforeEarlierOnes() throws {
    try withFolders { first, second in
      try write(Self.specification, first + "/thing.json")
      try write(
        "cdiVersion: 0.6.0\nkind: example.com/thing\ndevices:\n- name: one\n  containerEdits: {env: [X=y]}\n",
        second + "/thing.yaml")
      let name = try #require(CDIName("example.com/thing=one"))
      #expect(try CDIFolders([first, second]).edits(for: [name]).first?.environment == ["X=y"])
      try write(Self.specification, first + "/copy.json")
      #expect { try CDIFolders([first]).edits(for: [name]) } throws: {
        "\($0)".contains("copy.json") && "\($0)".contains("thing.json")
      }
    }
  }

  @Test(arguments: [
    (#"{"cdiVersion": "", "kind": "a/b", "devices": []}"#, "no version"),
    (#"{"cdiVersion": "0.6.0", "kind": "b", "devices": []}"#, "VENDOR/CLASS"),
    (#"{"cdiVersion": "0.6.0", "kind": "a/b", "devices": []}"#, "no devices"),
    (
      #"{"cdiVersion": "0.6.0", "kind": "a/b", "devices": [{"name": "x", "containerEdits": {"env": ["A"]}}]}"#,
      "NAME=VALUE"
    ),
    (
      #"{"cdiVersion": "0.6.0", "kind": "a/b", "devices": [{"name": "x", "containerEdits": {"hooks": [{"hookName": "later", "path": "/x"}]}}]}"#,
      "no hook later"
    ),
    ("{", "JSON"),
  ]) func aWrongFileIsNamedOnceItMatters(_ text: String, _ reason: String) throws {
    try withFolders { first, _ in
      try write(text, first + "/wrong.json")
      let name = try #require(CDIName("a/b=x"))
      #expect { try CDIFolders([first]).edits(for: [name]) } throws: {
        let sentence = "\($0)"
        return sentence.contains("wrong.json") && (reason == "JSON" || sentence.contains(reason))
      }
    }
  }

  @Test func graphicsAreTheVendorsThatIsThere() throws {
    try withFolders { first, _ in
      #expect { try CDIFolders([first]).graphics(["all"]) } throws: {
        "\($0)".contains("--gpus all")
      }
      let text = "cdiVersion: 0.5.0\nkind: KIND\ndevices:\n- name: all\n  containerEdits: {}\n"
      try write(text.replacingOccurrences(of: "KIND", with: "amd.com/gpu"), first + "/amd.yaml")
      #expect(try CDIFolders([first]).graphics(["0"]).map(\.description) == ["amd.com/gpu=0"])
      try write(text.replacingOccurrences(of: "KIND", with: "nvidia.com/gpu"), first + "/nv.yaml")
      #expect(
        try CDIFolders([first]).graphics(["device=1", "all"]).map(\.description)
          == ["nvidia.com/gpu=1", "nvidia.com/gpu=all"])
      #expect(throws: EngineError.self) { try CDIFolders([first]).graphics(["a b"]) }
    }
  }
}
