import CommandLine
import Engine

/// `podman secret rm`.
enum SecretRemove {
  static let command = PodmanCommand(
    "rm", "Remove one or more secrets", aliases: ["remove"], usage: "SECRET [SECRET...]",
    arguments: .any, examples: ["mysecret1 mysecret2"], completion: .names("secrets"),
    options: {
      [
        Option("all", "a", .flag(), "Remove all secrets"),
        Option("ignore", "i", .flag(), "Ignore errors when a specified secret is missing"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isAll = call.options.flag("all")
    guard isAll == call.arguments.isEmpty else {
      throw CommandFailure("`podman secret rm` requires one argument, or the --all flag")
    }
    let secrets = try call.engine.secrets
    let names = isAll ? try secrets.all().map(\.id) : call.arguments
    var errors: [any Error] = []
    for name in names {
      do {
        call.output.line(try secrets.remove(name))
      } catch EngineError.noSuch where call.options.flag("ignore") {
        // As good as removed.
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }
}

/// `podman secret exists`.
enum SecretExists {
  static let command = PodmanCommand(
    "exists", "Check if a secret exists in local storage",
    details:
      "If the named secret exists in local storage, podman secret exists exits with 0, otherwise "
      + "the exit code will be 1.",
    usage: "SECRET", arguments: .exactly(1), examples: ["ID"], completion: .names("secrets"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    do {
      _ = try call.engine.secrets.find(call.arguments.first ?? "")
      return 0
    } catch EngineError.noSuch {
      return 1
    }
  }
}
