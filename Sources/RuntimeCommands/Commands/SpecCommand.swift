import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// `spec`: writes a config.json to start from.
enum SpecCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "spec", summary: "write a new config.json to start from",
      details: """
        The file describes a container that runs sh in the folder rootfs, with few rights. Change
        its args to run something else. The folder has to hold a root file system:

            mkdir -p bundle/rootfs
            cp --parents /bin/busybox bundle/rootfs
            \(Version.name) spec --bundle bundle
        """,
      options: [
        .bundle,
        Option("rootless", "for a user without rights, who is root inside: a user namespace"),
      ],
      argumentCount: 0...0)
  }

  static func run(_ call: Call) throws -> CInt {
    let spec: Spec
    let hasOnlyCgroup2 = onlyCgroup2()
    if call.options.flag("rootless") {
      spec = .rootless(
        uid: CurrentProcess.effectiveUserID, gid: CurrentProcess.effectiveGroupID,
        cgroupNamespace: hasOnlyCgroup2)
    } else {
      spec = .example(cgroupNamespace: hasOnlyCgroup2)
    }
    let text = try JSONWriter(.indented("\t")).write(spec)
    let folder = try openFile(call.options.text("bundle") ?? ".", [.readOnly, .directory])
    if folder.lent.contains("config.json") { throw CommandError.fileExists("config.json") }
    let file = try folder.lent.open("config.json", [.writeOnly, .create, .exclusive], mode: 0o666)
    try file.lent.writeAll(text, subject: "config.json")
    try file.close()
    return 0
  }

  /// Whether the machine has cgroup version 2 alone: only then is a namespace of it of use.
  private static func onlyCgroup2() -> Bool {
    (try? readFile("/proc/self/cgroup", limit: 1 << 16)).map {
      $0.starts(with: "0::".utf8) && !$0.dropLast().contains(UInt8(ascii: "\n"))
    } ?? false
  }
}
