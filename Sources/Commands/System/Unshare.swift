import CommandLine
import Engine
import LinuxSystem
import Networking

/// `podman unshare`: runs a command where the user is root among their subordinate users.
enum Unshare {
  static let command = PodmanCommand(
    "unshare", "Run a command in a modified user namespace",
    details: "Runs a command in a modified user namespace.", usage: "[COMMAND [ARG...]]",
    arguments: .any, examples: ["id", "cat /proc/self/uid_map", "podman-script.sh"],
    completion: .files, stopsAtFirstArgument: true,
    options: {
      [
        Option(
          "rootless-netns", .flag(),
          "Join the rootless network namespace used for netavark networking")
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    // The engine has entered the namespace.
    let engine = try call.engine
    guard engine.configuration.user.isRootless else {
      throw CommandFailure("please use unshare with rootless")
    }
    var words = call.arguments
    let environment = Call.environment
    if words.isEmpty {
      guard let shell = environment["SHELL"], !shell.isEmpty else {
        throw CommandFailure("no command specified and no $SHELL specified")
      }
      words = [shell]
    }
    if call.options.flag("rootless-netns") { try engine.networks.service.joinSharedNamespace() }
    let folders = engine.configuration.folders
    let variables =
      CurrentProcess.environment().filter { !$0.hasPrefix("CONTAINERS_GRAPHROOT=") }
      .filter { !$0.hasPrefix("CONTAINERS_RUNROOT=") }
      + ["CONTAINERS_GRAPHROOT=\(folders.graphRoot)", "CONTAINERS_RUNROOT=\(folders.runRoot)"]
    call.output.flush()
    throw failure(words, environment["PATH"] ?? "/usr/bin:/bin", variables)
  }

  /// Becomes the program; why that cannot be is an error with the shell's status.
  private static func failure(
    _ words: [String], _ path: String, _ variables: [String]
  ) -> CommandFailure {
    let name = words.first ?? ""
    let arguments = ArgumentVector(words)
    let environment = ArgumentVector(variables)
    let places =
      name.contains("/")
      ? [name]
      : path.split(separator: ":", omittingEmptySubsequences: false).map {
        ($0.isEmpty ? "." : $0) + "/" + name
      }
    var refused: SystemError?
    for place in places {
      let error = CurrentProcess.replace(with: place, arguments, environment)
      // A folder that may not be searched says nothing about the program.
      if (try? openFile(place, [.path])) != nil { refused = error }
    }
    if let refused { return CommandFailure("\(refused)", status: 126) }
    let reason =
      name.contains("/") ? "no such file or directory" : "executable file not found in $PATH"
    return CommandFailure("exec: \"\(name)\": \(reason)", status: 127)
  }
}
