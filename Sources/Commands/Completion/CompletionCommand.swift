import CommandLine
import LinuxSystem
import SystemPackage

/// `podman completion`: the script for a shell.
enum CompletionCommand {
  static let command = PodmanCommand(
    "completion", "Generate shell autocompletions",
    details: "Generate shell autocompletions.\nValid arguments are bash, zsh, and fish.",
    usage: "{bash|zsh|fish}", arguments: .exactly(1),
    examples: ["bash", "zsh -f _podman", "fish --no-desc"],
    completion: .words(["bash", "zsh", "fish"]),
    options: {
      [
        Option(
          "file", "f", .string(), "Output the completion to file rather than stdout.",
          completion: .files),
        Option("no-desc", "Don't include descriptions in the completion output."),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var script: String
    switch call.arguments.first ?? "" {
    case "bash": script = CompletionScripts.bash("podman")
    case "zsh": script = CompletionScripts.zsh("podman")
    case "fish": script = CompletionScripts.fish("podman")
    case let shell:
      throw CommandFailure(
        "\"\(shell)\" is not a supported shell; there are bash, zsh and fish")
    }
    if call.options.flag("no-desc") { script = withoutMeanings(script) }
    guard let path = call.options.given("file"), !path.isEmpty else {
      call.output.write(script)
      return 0
    }
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
    try file.lent.writeAll(script, subject: path)
    return 0
  }

  private static func withoutMeanings(_ script: String) -> String {
    script.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let range = firstRange(of: " __complete ", in: line) else { return String(line) }
      return line[..<range.lowerBound] + " __completeNoDesc " + line[range.upperBound...]
    }.joined(separator: "\n")
  }

  private static func firstRange(of part: String, in line: Substring) -> Range<String.Index>? {
    var start = line.startIndex
    while start < line.endIndex {
      if line[start...].hasPrefix(part) {
        return start..<line.index(start, offsetBy: part.count)
      }
      start = line.index(after: start)
    }
    return nil
  }
}
