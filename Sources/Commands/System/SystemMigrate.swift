import CommandLine
import Engine

/// `podman system migrate`: ends an ordinary user's pause process, so that the next command takes on new
/// lines of /etc/subuid, once no container runs any more. Records are read as they are.
enum SystemMigrate {
  static let command = PodmanCommand(
    "migrate", "Migrate containers",
    details: """
      podman system migrate

              Migrate existing containers to a new version of Podman.
      """, examples: [""],
    options: {
      [
        Option("migrate-db", "Migrate database to the latest version"),
        Option("new-runtime", .string(), "Specify a new runtime for all containers"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    if let runtime = call.options.given("new-runtime") {
      throw CommandFailure(
        "a container keeps its runtime: create it anew with --runtime \(runtime)")
    }
    try call.engine.endPauseProcess()
    return 0
  }
}

/// `podman system renumber`: gives locks new numbers. Locks are files with the names of what they lock:
/// they cannot run out.
enum SystemRenumber {
  static let command = PodmanCommand(
    "renumber", "Migrate lock numbers",
    details: """
      podman system renumber

              Migrate lock numbers to handle a change in maximum number of locks.
              Mandatory after the number of locks in containers.conf is changed.
      """, examples: [""]
  ) { _ in 0 }
}
