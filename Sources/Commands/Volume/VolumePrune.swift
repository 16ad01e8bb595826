import CommandLine
import Engine

/// `podman volume prune`.
enum VolumePrune {
  static let command = PodmanCommand(
    "prune", "Remove unused volumes",
    details: """
      By default, only anonymous (unnamed) unused volumes are removed.
        Use --all to remove all unused volumes (anonymous and named).
        The command prompts for confirmation which can be overridden with the --force flag.
      """,
    examples: ["", "--all --force"],
    options: {
      [
        Option("all", "a", .flag(), "Remove all unused volumes, both anonymous and named"),
        Option("dry-run", .flag(), "Show what would be pruned without actually pruning"),
        Option("filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option("force", "f", .flag(), "Do not prompt for confirmation"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isForced = call.options.flag("force")
    let isDryRun = call.options.flag("dry-run")
    if isForced, isDryRun {
      throw CommandFailure("--force and --dry-run cannot be used together")
    }
    let filters = try Filters(call.options.list("filter")).values
    // Docker says --all as a filter.
    let saysAll = filters.contains { $0.key == "all" && $0.values.contains { $0 == "true" } }
    if saysAll, call.options.flag("all") {
      throw CommandFailure("--all and --filter all cannot be used together")
    }
    let isAll = saysAll || call.options.flag("all")
    let volumes = try call.engine.volumes
    let filter = try VolumeFilter(filters.filter { $0.key != "all" }, in: volumes)
    if !isForced, !isDryRun {
      guard try isWanted(volumes, filter, all: isAll, call) else { return 0 }
    }
    let pruned = try volumes.prune(filter, all: isAll, isDryRun: isDryRun)
    if isDryRun { call.output.line("Volumes that would be pruned:") }
    for volume in pruned where volume.error == nil { call.output.line(volume.name) }
    return call.finish(pruned.compactMap(\.error))
  }

  /// Shows what would go, and asks.
  private static func isWanted(
    _ volumes: Volumes, _ filter: VolumeFilter, all: Bool, _ call: Call
  ) throws -> Bool {
    let kind = all ? "all volumes" : "anonymous local volumes"
    call.output.line(
      "WARNING! This will remove \(kind) not used by at least one container. "
        + "The following volumes will be removed:")
    let doomed = try volumes.prunable(filter, all: all)
    if doomed.isEmpty {
      call.output.line("No dangling \(all ? "" : "anonymous ")volumes found")
      return false
    }
    for volume in doomed { call.output.line(volume.name) }
    return try call.confirm("Are you sure you want to continue?")
  }
}
