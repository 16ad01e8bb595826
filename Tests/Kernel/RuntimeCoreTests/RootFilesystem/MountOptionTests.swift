import LinuxSystem
import RuntimeSpec
import Testing

@testable import RuntimeCore

/// Each option of a mount, as the kernel's mount table shows it.
@Suite(.enabled(if: isRoot, "needs root")) struct MountOptionTests {
  /// Options of a bind mount of a tree whose mounts are `nosuid,noexec`, and what becomes of the
  /// mount, and of the one below it where it comes along.
  struct Bind: Sendable {
    var options: [String]
    var mount: Set<String>
    var below: Set<String>?
  }

  static let source: Set<String> = ["rw", "nosuid", "noexec", "relatime"]

  static let binds = [
    Bind(options: ["bind"], mount: source),
    Bind(options: ["rbind"], mount: source, below: source),
    Bind(options: ["bind", "ro"], mount: ["ro", "relatime"]),
    Bind(options: ["bind", "ro", "rw"], mount: ["rw", "relatime"]),
    Bind(options: ["rbind", "ro"], mount: ["ro", "relatime"], below: source),
    Bind(options: ["bind", "dev"], mount: ["rw", "relatime"]),
    Bind(options: ["bind", "nodev", "noatime"], mount: ["rw", "nodev", "noatime"]),
    Bind(options: ["bind", "nosuid", "noexec", "suid"], mount: ["rw", "noexec", "relatime"]),
    Bind(options: ["bind", "strictatime"], mount: ["rw"]),
    Bind(options: ["bind", "norelatime"], mount: ["rw"]),
    Bind(options: ["bind", "noatime", "nodiratime"], mount: ["rw", "noatime", "nodiratime"]),
    Bind(options: ["bind", "nodiratime"], mount: ["rw", "nodiratime", "relatime"]),
    Bind(options: ["bind", "nosymfollow"], mount: ["rw", "relatime", "nosymfollow"]),
    Bind(options: ["bind", "remount", "defaults"], mount: source),
  ]

  static let recursiveBinds = [
    Bind(
      options: ["rbind", "rro"], mount: source.subtracting(["rw"]).union(["ro"]),
      below: source.subtracting(["rw"]).union(["ro"])),
    Bind(
      options: ["rbind", "ro", "rrw"], mount: ["rw", "relatime"], below: source),
    Bind(
      options: ["rbind", "rsuid", "rexec", "rnodev"], mount: ["rw", "nodev", "relatime"],
      below: ["rw", "nodev", "relatime"]),
    Bind(
      options: ["rbind", "rnoatime", "rnodiratime", "rnosymfollow"],
      mount: ["rw", "nosuid", "noexec", "noatime", "nodiratime", "nosymfollow"],
      below: ["rw", "nosuid", "noexec", "noatime", "nodiratime", "nosymfollow"]),
    Bind(
      options: ["rbind", "rstrictatime"], mount: ["rw", "nosuid", "noexec"],
      below: ["rw", "nosuid", "noexec"]),
    Bind(options: ["rbind", "rnoatime", "ratime"], mount: source, below: source),
  ]

  @Test(arguments: binds, [true, false]) func ofABindMount(_ bind: Bind, _ usesDescriptors: Bool)
    throws
  {
    try check(bind, usesDescriptors)
  }

  @Test(arguments: recursiveBinds) func ofATree(_ bind: Bind) throws { try check(bind, true) }

  private func check(_ bind: Bind, _ usesDescriptors: Bool) throws {
    try inMountNamespace { folder in
      try makeSource(folder)
      let mount = Spec.Mount(destination: "/x", source: "\(folder)/source", options: bind.options)
      let root = try Container([mount], in: folder, usesDescriptors: usesDescriptors)
      try root.enter()
      #expect(Set(try topMount("/x").options) == bind.mount)
      let below = try MountTable.current().last { $0.path == "/x/below" }
      #expect(below.map { Set($0.options) } == bind.below)
    }
  }

  @Test func recursiveAttributesNeedTheNewCalls() throws {
    try inMountNamespace { folder in
      try makeSource(folder)
      let mount = Spec.Mount(
        destination: "/x", source: "\(folder)/source", options: ["rbind", "rro"])
      #expect(throws: (any Error).self) {
        try Container([mount], in: folder, usesDescriptors: false).enter()
      }
    }
  }

  @Test(
    arguments: [
      ("shared", "shared", nil), ("rshared", "shared", "shared"), ("private", nil, nil),
      ("unbindable", "unbindable", nil), ("runbindable", "unbindable", "unbindable"),
    ] as [(String, String?, String?)], [true, false])
  func propagation(
    _ option: (name: String, mount: String?, below: String?), _ usesDescriptors: Bool
  ) throws {
    try inMountNamespace { folder in
      try makeSource(folder)
      let mount = Spec.Mount(
        destination: "/x", source: "\(folder)/source", options: ["rbind", option.name])
      try Container([mount], in: folder, usesDescriptors: usesDescriptors).enter()
      func kind(_ path: String) throws -> String? {
        let field = try topMount(path).propagation.first
        return field?.split(separator: ":").first.map(String.init)
      }
      #expect(try kind("/x") == option.mount)
      #expect(try kind("/x/below") == option.below)
    }
  }

  @Test func slaveOfASharedSource() throws {
    try inMountNamespace { folder in
      try makeSource(folder)
      try mount("", on: "\(folder)/source", .shared)
      let mount = Spec.Mount(
        destination: "/x", source: "\(folder)/source", options: ["bind", "slave", "shared"])
      // The runtime's own choice would have cut the source off from its peers.
      let container = try Container([mount], in: folder) {
        $0.linux?.rootfsPropagation = "private"
      }
      try container.root.mountAll(.none)
      let kinds = try topMount("\(folder)/rootfs/x").propagation.map {
        $0.split(separator: ":").first
      }
      #expect(kinds == ["shared", "master"])
    }
  }

  /// Options of a tmpfs; what is read-only is so only at the end.
  @Test(
    arguments: [
      (
        ["nosuid", "nodev", "noexec", "relatime", "size=1m", "mode=700", "ro"],
        ["ro", "nosuid", "nodev", "noexec", "relatime"], ["size=1024k", "mode=700"]
      ),
      (
        ["size=64k,mode=750", "sync", "dirsync"], ["rw", "relatime"],
        ["size=64k", "mode=750", "sync", "dirsync"]
      ),
      (["noatime", "lazytime"], ["rw", "noatime"], ["lazytime", "mode=755"]),
      (["strictatime", "nosuid", "silent", "size=64k"], ["rw", "nosuid"], ["size=64k"]),
      (["iversion", "nr_inodes=7", "mand"], ["rw", "relatime"], ["nr_inodes=7"]),
      (["rro", "size=64k"], ["ro", "relatime"], ["size=64k"]),
    ] as [([String], Set<String>, Set<String>)], [true, false])
  func ofAFileSystem(
    _ row: (options: [String], mount: Set<String>, fileSystem: Set<String>), _ usesDescriptors: Bool
  ) throws {
    guard usesDescriptors || !row.options.contains("rro") else { return }
    try inMountNamespace { folder in
      try make(["rootfs/x/"], in: folder)
      let mount = Spec.Mount(
        destination: "/x", type: "tmpfs", source: "name", options: row.options)
      try Container([mount], in: folder, usesDescriptors: usesDescriptors).enter()
      let found = try topMount("/x")
      #expect(Set(found.options) == row.mount)
      #expect(Set(found.fileSystemOptions).isSuperset(of: row.fileSystem))
      #expect(found.source == "name")
    }
  }

  @Test func wrongOptionNamesTheMountAndTheReason() throws {
    try inMountNamespace { folder in
      let mount = Spec.Mount(destination: "/x", type: "tmpfs", options: ["size=much"])
      do {
        try Container([mount], in: folder).enter()
        Issue.record("it was mounted")
      } catch {
        let text = "\(error)"
        #expect(text.contains("mounts[1]"), "\(text)")
        #expect(text.contains("size"), "\(text)")
      }
    }
  }

  @Test func longValuesReachTheFileSystem() throws {
    try inMountNamespace { folder in
      let layers = (0..<12).map { "\(folder)/lower-\(String(repeating: "x", count: 20))-\($0)" }
      for layer in layers { try makeDirectory(layer, mode: 0o755) }
      try write("seen", to: "\(layers[11])/file")
      let mount = Spec.Mount(
        destination: "/x", type: "overlay", source: "overlay",
        options: ["lowerdir=" + layers.joined(separator: ":")])
      try Container([mount], in: folder).enter()
      #expect(try text("/x/file") == "seen")
    }
  }
}

/// A tree of two mounts, both nosuid and noexec.
private func makeSource(_ folder: String) throws {
  try makeDirectory("\(folder)/source", mode: 0o755)
  try mount("tmpfs", on: "\(folder)/source", type: "tmpfs", [.noSetUserID, .noExecution])
  try makeDirectory("\(folder)/source/below", mode: 0o755)
  try mount("tmpfs", on: "\(folder)/source/below", type: "tmpfs", [.noSetUserID, .noExecution])
}
