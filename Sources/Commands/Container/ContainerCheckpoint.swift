import Archive
import CommandLine
import Engine
import GoTemplate
import LinuxSystem

/// `podman container checkpoint`.
enum ContainerCheckpoint {
  static let command = PodmanCommand(
    "checkpoint", "Checkpoint one or more containers",
    details:
      "Saves the state of all processes of one or more running containers to disk, from where "
      + "podman container restore takes them up again. The program criu does it.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["--keep ctrID", "--all", "--leave-running --latest"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Checkpoint all running containers"),
        Option(
          "compress", "c", .string(default: "zstd"),
          "Select compression algorithm (gzip, none, zstd) for checkpoint archive.",
          completion: .words(["gzip", "none", "zstd"])),
        Option("create-image", .string(), "Create checkpoint image with specified name"),
        Option(
          "export", "e", .string(), "Export the checkpoint image to a tar.gz", completion: .files),
        Option("file-locks", .flag(), "Checkpoint a container with file locks"),
        Option(
          "ignore-rootfs", .flag(), "Do not include root file-system changes when exporting"),
        Option("ignore-volumes", .flag(), "Do not export volumes associated with container"),
        Option("keep", "k", .flag(), "Keep all temporary checkpoint files"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option(
          "leave-running", "R", .flag(),
          "Leave the container running after writing checkpoint to disk"),
        Option(
          "pre-checkpoint", "P", .flag(),
          "Dump container's memory information only, leave the container running"),
        Option("print-stats", .flag(), "Display checkpoint statistics"),
        Option(
          "tcp-established", .flag(), "Checkpoint a container with established TCP connections"),
        Option("with-previous", .flag(), "Checkpoint container with pre-checkpoint images"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let began = MonotonicClock.sinceBoot()
    let wanted = try options(call)
    let engine = try call.engine
    if engine.configuration.user.isRootless {
      throw CommandFailure("checkpointing a container requires root")
    }
    let names = try ContainerSelection(call).ids { $0.state.status == .running }
    if names.count > 1, wanted.exportPath != nil || wanted.image != nil {
      throw CommandFailure("--export and --create-image take one container")
    }
    return try CheckpointReports(call, .checkpoint, began).each(names) {
      try engine.containers.checkpoint($0, wanted)
    }
  }

  private static func options(_ call: Call) throws -> Containers.CheckpointOptions {
    let given = call.options
    var options = Containers.CheckpointOptions()
    options.exportPath = given.given("export").flatMap { $0.isEmpty ? nil : $0 }
    options.image = given.given("create-image").flatMap { $0.isEmpty ? nil : $0 }
    if given.has("compress"), options.exportPath == nil {
      throw CommandFailure("--compress can only be used with --export")
    }
    switch given.string("compress").lowercased() {
    case "none": options.compression = .none
    case "gzip": options.compression = .gzip
    case "zstd": options.compression = .zstd
    default:
      throw CommandFailure(
        "selected compression algorithm (\"\(given.string("compress"))\") not supported. Please "
          + "select one from: gzip, none, zstd")
    }
    for name in ["ignore-rootfs", "ignore-volumes"]
    where given.flag(name) && options.exportPath == nil {
      throw CommandFailure("--\(name) can only be used with --export")
    }
    if options.exportPath != nil, options.image != nil {
      throw EngineError.conflict("--export", "--create-image")
    }
    options.ignoresRoot = given.flag("ignore-rootfs")
    options.ignoresVolumes = given.flag("ignore-volumes")
    options.savesFileLocks = given.flag("file-locks")
    options.savesConnections = given.flag("tcp-established")
    options.leavesRunning = given.flag("leave-running")
    options.savesMemoryOnly = given.flag("pre-checkpoint")
    options.followsEarlier = given.flag("with-previous")
    options.keepsFiles = given.flag("keep")
    if options.followsEarlier, options.savesMemoryOnly {
      throw CommandFailure("--with-previous can not be used with --pre-checkpoint")
    }
    return options
  }
}

/// What `checkpoint` and `restore` print: names, or with `--print-stats` one JSON document.
struct CheckpointReports {
  enum Kind: String {
    case checkpoint, restore
  }

  private let call: Call
  private let kind: Kind
  private let began: Int64

  /// - Parameter began: when the command began, by `MonotonicClock.sinceBoot`.
  init(_ call: Call, _ kind: Kind, _ began: Int64) {
    self.call = call
    self.kind = kind
    self.began = began
  }

  /// Does something to each, and goes on after a failure.
  func each(
    _ names: [String], _ body: (String) throws -> Containers.CheckpointReport
  ) throws -> Int32 {
    var errors: [any Error] = []
    var reports: [GoValue] = []
    for name in names {
      do {
        let report = try body(name)
        if call.options.flag("print-stats") {
          reports.append(value(report))
        } else {
          call.output.line(name.isEmpty ? report.id : name)
          call.output.flush()
        }
      } catch {
        errors.append(error)
      }
    }
    if call.options.flag("print-stats") {
      let duration = (MonotonicClock.sinceBoot() - began) / 1000
      let whole = GoValue.fields([
        .field("podman_\(kind.rawValue)_duration", .int(duration)),
        .field("container_statistics", reports.isEmpty ? .nilList : .list(reports)),
      ])
      try Inspection.writeOne(whole, to: call.output, format: "json")
    }
    return call.finish(errors)
  }

  private func value(_ report: Containers.CheckpointReport) -> GoValue {
    var fields: [GoStructure.Field] = [
      .field("Id", .string(report.id)),
      .field("runtime_\(kind.rawValue)_duration", .int(report.runtimeMicroseconds)),
    ]
    let names =
      kind == .checkpoint ? CriuStatistics.dumpFields : CriuStatistics.restoreFields
    let statistics = report.statistics
    fields.append(
      .field(
        "criu_statistics",
        .fields(
          names.compactMap { field in
            guard let statistics, statistics[field.number] > 0 else { return nil }
            return .field(field.name, .int(Int64(clamping: statistics[field.number])))
          })))
    return .structure(GoStructure(fields))
  }
}
