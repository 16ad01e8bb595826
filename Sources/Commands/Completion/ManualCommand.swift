import CommandLine
import LinuxSystem
import SystemPackage

/// `podman __manual FOLDER`: writes the manual pages of all commands, for the installation.
enum ManualCommand {
  static let command = PodmanCommand(
    "__manual", "Write the manual pages into a folder", usage: "FOLDER", arguments: .exactly(1),
    hidden: true, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let folder = call.arguments.first ?? "."
    for page in ManualPage.all([podman], version: Version.number) {
      let path = "\(folder)/\(page.fileName)"
      let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
      try file.lent.writeAll(page.text, subject: path)
    }
    return 0
  }
}
