import CommandLine
import Engine
import Storage

/// `podman system check`: looks for damage in the store, and mends it if so asked.
enum SystemCheck {
  static let command = PodmanCommand(
    "check", "Check storage consistency",
    details: """
      podman system check

              Check storage for consistency and remove anything that looks damaged
      """, examples: [""],
    options: {
      [
        Option("force", "f", .flag(), "Remove inconsistent images and containers"),
        Option(
          "max", "m", .duration(default: "24h0m0s"),
          "Maximum allowed age of unreferenced layers"),
        Option(
          "quick", "q", .flag(),
          "Skip time-consuming checks. The default is to include time-consuming checks"),
        Option("repair", "r", .flag(), "Remove inconsistent images"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let system = try call.engine.system
    let isQuick = call.options.flag("quick")
    let age = call.options.duration("max") / 1_000_000_000
    let findings = try system.check(isQuick: isQuick, unneededAfter: age)
    write(findings, to: call)
    let isForced = call.options.flag("force")
    guard call.options.flag("repair") || isForced else {
      guard findings.isEmpty else { throw CommandFailure("damage detected in local storage") }
      return 0
    }
    let repair = try system.repair(findings, removesContainers: isForced)
    for id in repair.layers { call.output.line("Deleted damaged layer: \(id)") }
    for id in repair.images { call.output.line("Deleted damaged image: \(id)") }
    for id in repair.containers { call.output.line("Deleted damaged container: \(id)") }
    for path in repair.paths { call.output.line("Deleted unrecorded file: \(path)") }
    guard try system.check(isQuick: isQuick, unneededAfter: age).isEmpty else {
      throw CommandFailure(
        "damage in local storage still present after repair attempt"
          + (isForced ? "" : "; --force also removes containers that stand in the way"))
    }
    return 0
  }

  private static func write(_ findings: [StoreFinding], to call: Call) {
    for finding in findings {
      let place = finding.isReadOnly ? "read-only " : ""
      let object =
        switch finding.object {
        case .layer(let id): "layer \(id)"
        case .image(let id): "image \(id)"
        case .container(let id): "container \(id)"
        case .path(let path): "file \(path)"
        }
      call.output.line("Damaged \(place)\(object):\n  \(finding.problem)")
    }
  }
}
