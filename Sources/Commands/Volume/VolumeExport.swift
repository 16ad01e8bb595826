import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// `podman volume export`.
enum VolumeExport {
  static let command = PodmanCommand(
    "export", "Export volumes",
    details: """
      podman volume export

      Allow content of volume to be exported into external tar.
      """,
    usage: "VOLUME", arguments: .exactly(1), examples: ["myvol --output myvol.tar"],
    completion: .names("volumes"),
    options: {
      [
        Option(
          "output", "o", .string(),
          "Write to a specified file (default: stdout, which must be redirected)",
          completion: .files)
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let name = call.arguments.first ?? ""
    let volumes = try call.engine.volumes
    guard let path = call.options.given("output") else {
      if call.writesToTerminal {
        throw CommandFailure(
          "cannot write to terminal, use command-line redirection or the --output flag")
      }
      try volumes.export(name, to: .standardOutput)
      return 0
    }
    if path.isEmpty { throw CommandFailure("must provide valid path for file to write to") }
    // No file is made for a volume that is not there.
    _ = try volumes.find(name)
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o666)
    try volumes.export(name, to: file.lent)
    try file.close()
    return 0
  }
}

/// `podman volume import`.
enum VolumeImport {
  static let command = PodmanCommand(
    "import", "Import a tarball contents into a podman volume",
    details: "Imports contents into a podman volume from specified tarball (.tar, .tar.gz, .tgz, "
      + ".tar.zst).",
    usage: "VOLUME [SOURCE]", arguments: .between(1, 2),
    examples: ["my_vol /home/user/import.tar", "my_vol -"], completion: .names("volumes"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    let name = call.arguments.first ?? ""
    let volumes = try call.engine.volumes
    guard let path = call.arguments.dropFirst().first, path != "-" else {
      try volumes.import(name, from: .standardInput)
      return 0
    }
    let file = try openFile(path, [.readOnly])
    try volumes.import(name, from: file.lent)
    try file.close()
    return 0
  }
}
