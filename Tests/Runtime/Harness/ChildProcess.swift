import Foundation

/// A command line with what its process gets at its start.
struct Command {
  var arguments: [String]
  /// `nil` passes the environment of the tests.
  var environment: [String: String]?
  var directory: String?
  /// What the process reads on its standard input; `nil` is /dev/null.
  var input: String?
  /// Descriptors of ours that the process gets: its number, and ours.
  var descriptors: [Int32: Int32] = [:]

  init(_ arguments: [String]) { self.arguments = arguments }
}

/// What a process said, and how it ended.
struct Output: CustomStringConvertible {
  let command: [String]
  /// The exit status; 128 + n where signal n ended it.
  let status: Int32
  let stdout: String
  let stderr: String

  /// The standard output without white space at its ends.
  var text: String { stdout.trimmingCharacters(in: .whitespacesAndNewlines) }
  var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
  var words: [String] { text.split { $0.isWhitespace }.map(String.init) }
  var json: JSONValue { get throws { try JSONValue(parsing: stdout) } }

  var description: String {
    """
    status \(status) of \(command.joined(separator: " "))
    stdout: \(stdout.suffix(2000))
    stderr: \(stderr.suffix(2000))
    """
  }
}

/// A failure of the tests' own means.
struct HarnessError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A process that the tests started. Its output goes to files, so that a container which outlives
/// the runtime and holds its descriptors keeps nobody waiting.
final class ChildProcess {
  let pid: pid_t
  private let command: [String]
  private let outputPath: String
  private let errorPath: String
  private var ended: Int32?

  /// Starts `command`; its output goes to new files in `folder`.
  init(_ command: Command, outputIn folder: String) throws {
    self.command = command.arguments
    let stem = "\(folder)/\(UUID().uuidString)"
    outputPath = stem + ".out"
    errorPath = stem + ".err"
    var input = "/dev/null"
    if let text = command.input {
      input = stem + ".in"
      try text.write(toFile: input, atomically: false, encoding: .utf8)
    }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, flags, 0o666)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o666)
    for (target, source) in command.descriptors {
      posix_spawn_file_actions_adddup2(&actions, source, target)
    }
    // Foundation opens files without O_CLOEXEC: what other tests have open at this moment stays here.
    let last = max(command.descriptors.keys.max() ?? 2, 2)
    for gap in 3...max(last, 3) where command.descriptors[gap] == nil {
      posix_spawn_file_actions_addclose(&actions, gap)
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, last + 1)
    if let directory = command.directory {
      posix_spawn_file_actions_addchdir_np(&actions, directory)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let environment = command.environment ?? ProcessInfo.processInfo.environment
    var arguments: [UnsafeMutablePointer<CChar>?] = command.arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var child: pid_t = 0
    let result = posix_spawnp(
      &child, command.arguments[0], &actions, &attributes, &arguments, &variables)
    guard result == 0 else {
      throw HarnessError("cannot start \(command.arguments): \(String(cString: strerror(result)))")
    }
    pid = child
  }

  /// Whether the process has ended; the status is collected.
  var isOver: Bool {
    if ended == nil {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        let signal = status & 0x7f
        ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      }
    }
    return ended != nil
  }

  var standardOutput: String { contents(of: outputPath) }
  var standardError: String { contents(of: errorPath) }

  /// Waits for the end; the process is killed after `seconds`.
  func wait(seconds: Double = 30) throws -> Output {
    guard eventually(seconds, { isOver }) else {
      stop()
      throw HarnessError(
        "no end after \(seconds) s: \(command.joined(separator: " "))\n"
          + standardOutput + standardError)
    }
    return Output(
      command: command, status: ended ?? -1, stdout: standardOutput, stderr: standardError)
  }

  func send(_ signal: Int32) {
    if !isOver { kill(pid, signal) }
  }

  /// Kills the process, if it still runs, and collects it.
  func stop() {
    send(SIGKILL)
    _ = eventually(5) { isOver }
  }
}

private func contents(of path: String) -> String {
  String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
}

/// Asks for `condition` again and again until it holds or `seconds` are over.
func eventually(_ seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
  let limit = Date().addingTimeInterval(seconds)
  var pause: UInt32 = 500
  while true {
    if try condition() { return true }
    if Date() > limit { return false }
    usleep(pause)
    pause = min(pause * 3 / 2, 20_000)
  }
}
