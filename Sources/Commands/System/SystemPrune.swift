import CommandLine
import Engine
import Networking

/// `podman system prune`.
enum SystemPrune {
  static let command = PodmanCommand(
    "prune", "Remove unused data",
    details: """

      \tpodman system prune

              Remove unused data
      """,
    examples: [""],
    options: {
      [
        Option("all", "a", .flag(), "Remove all unused data"),
        Option("build", .flag(), "Remove build containers"),
        Option(
          "external", .flag(), "Remove container data in storage not controlled by podman"),
        Option("filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option(
          "force", "f", .flag(), "Do not prompt for confirmation.  The default is false"),
        Option("volumes", .flag(), "Prune volumes"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    if options.flag("external") {
      let others = ["all", "build", "volumes"].filter { options.flag($0) }
      guard others.isEmpty, options.list("filter").isEmpty else {
        throw CommandFailure("system prune --external cannot be combined with other options")
      }
      // A store sweeps what nothing names each time it is changed.
      _ = try call.engine.containers.pruneBuilds()
      return 0
    }
    if !options.flag("force") {
      guard try call.confirm(warning(options)) else { return 0 }
    }
    var round = PruneRound(call)
    // What goes may leave others behind that nothing needs any more.
    while try round.run() {}
    return round.report()
  }

  private static func warning(_ options: ParsedOptions) -> String {
    var lines = [
      "WARNING! This command removes:", "\t- all stopped containers",
      "\t- all networks not used by at least one container",
    ]
    if options.flag("volumes") {
      lines.append("\t- all volumes not used by at least one container")
    }
    if options.flag("build") { lines.append("\t- all build containers") }
    if options.flag("all") {
      lines.append("\t- all images without at least one container associated with them")
      lines.append("\t- all build cache")
    } else {
      lines.append("\t- all dangling images")
      lines.append("\t- all dangling build cache")
    }
    return lines.joined(separator: "\n") + "\n\nAre you sure you want to continue?"
  }
}

/// The work of `system prune`, and what came of it.
private struct PruneRound {
  private let call: Call
  private var containers: [String] = []
  private var volumes: [String] = []
  private var images: [String] = []
  private var networks: [String] = []
  private var errors: [any Error] = []
  private var reclaimed: UInt64 = 0
  private var isFirst = true

  init(_ call: Call) { self.call = call }

  /// Removes what is unused now; false if that was nothing.
  mutating func run() throws -> Bool {
    let engine = try call.engine
    let before = containers.count + volumes.count + images.count + networks.count
    errors = []
    if isFirst, call.options.flag("build") { add(try engine.containers.pruneBuilds()) }
    isFirst = false
    add(engine.containers.prune(try ContainerPrune.wanted(call)))
    let removal = try engine.images.prune(
      all: call.options.flag("all"), external: false, filters: call.options.list("filter"))
    images += removal.deleted
    reclaimed &+= UInt64(clamping: removal.size)
    errors += removal.errors
    try pruneNetworks(engine)
    if call.options.flag("volumes") { try pruneVolumes(engine.volumes) }
    return containers.count + volumes.count + images.count + networks.count > before
  }

  private mutating func add(_ pruned: [Containers.Pruned]) {
    for container in pruned {
      if let error = container.error {
        errors.append(error)
      } else {
        containers.append(container.id)
        reclaimed &+= container.size
      }
    }
  }

  private mutating func pruneNetworks(_ engine: ContainerEngine) throws {
    let filter = try NetworkFilter(call.options.list("filter"), isPruning: true, engine)
    for network in try engine.networks.unused() where try filter.matches(network) {
      do {
        _ = try engine.networks.remove(network.name)
        networks.append(network.name)
      } catch {
        errors.append(error)
      }
    }
  }

  private mutating func pruneVolumes(_ service: Volumes) throws {
    let filter = try VolumeFilter(Filters(call.options.list("filter")).values, in: service)
    for volume in try service.prune(filter, all: true) {
      if let error = volume.error {
        errors.append(error)
      } else {
        volumes.append(volume.name)
        reclaimed &+= volume.size
      }
    }
  }

  /// Says what is gone.
  func report() -> Int32 {
    let parts = [
      ("Containers", containers), ("Volumes", volumes), ("Images", images), ("Networks", networks),
    ]
    for (title, names) in parts where !names.isEmpty {
      call.output.line("Deleted \(title)")
      for name in names { call.output.line(name) }
    }
    call.output.line("Total reclaimed space: \(HumanUnits.size(Double(reclaimed)))")
    return call.finish(errors)
  }
}
