import CommandLine

/// `podman __complete`: what a shell's completion script asks.
enum CompleteCommand {
  static let command = PodmanCommand(
    "__complete", "Request shell completion choices for the specified command line",
    aliases: ["__completeNoDesc"], arguments: .any, passesWordsThrough: true, hidden: true, run: run
  )

  /// What the script is told about the candidates, as cobra numbers it.
  private enum Directive: Int {
    case anything = 0
    case noFiles = 4
    case folders = 16
  }

  static func run(_ call: Call) throws -> Int32 {
    var query = CompletionQuery(podman)
    let withMeaning = call.invocation.words.last != "__completeNoDesc"
    var directive = Directive.noFiles
    switch query.answer(call.arguments) {
    case .words(let words):
      for (word, meaning) in words {
        call.output.line(withMeaning && !meaning.isEmpty ? "\(word)\t\(meaning)" : word)
      }
    case .values(let completion, let prefix):
      switch completion {
      case .none: break
      case .files: directive = .anything
      case .folders: directive = .folders
      case .words(let words): write(words, prefix, call)
      case .names(let kind): write(CompletableNames.find(kind, call), prefix, call)
      }
    }
    call.output.line(":\(directive.rawValue)")
    return 0
  }

  private static func write(_ words: [String], _ prefix: String, _ call: Call) {
    for word in words where word.hasPrefix(prefix) { call.output.line(word) }
  }
}
