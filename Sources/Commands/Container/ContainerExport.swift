import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// `podman export`.
enum ContainerExport {
  static let command = PodmanCommand(
    "export", "Export container's filesystem contents as a tar archive",
    details:
      "Exports container's filesystem contents as a tar archive and saves it on the local machine.",
    usage: "CONTAINER", arguments: .exactly(1),
    examples: ["ctrID > myCtr.tar", "--output=\"myCtr.tar\" ctrID"],
    completion: .names("containers"),
    options: {
      [
        Option(
          "output", "o", .string(),
          "Write to a specified file (default: stdout, which must be redirected)",
          value: "file", completion: .files)
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let name = call.arguments.first ?? ""
    guard let path = call.options.given("output"), !path.isEmpty else {
      if call.writesToTerminal {
        throw CommandFailure("refusing to export to terminal. Use -o flag or redirect")
      }
      try call.engine.containers.export(name, to: .standardOutput)
      return 0
    }
    // A container that is not there must not leave an empty file.
    _ = try call.engine.containers.find(name)
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
    try call.engine.containers.export(name, to: file.lent)
    try file.close()
    return 0
  }
}
