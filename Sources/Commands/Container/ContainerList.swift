import CommandLine
import Engine
import GoTemplate
import HelperProtocols
import LinuxSystem
import SystemPackage

/// `podman ps`, `podman container list`.
enum ContainerList {
  static let command = PodmanCommand(
    "ps", "List containers", details: "Prints out information about the containers",
    usage: "", arguments: .none,
    examples: [
      "-a", "-a --format \"{{.ID}}  {{.Image}}  {{.Labels}}  {{.Mounts}}\"", "--size --sort names",
    ],
    options: { options }, run: run)

  private static let sortKeys = [
    "command", "created", "id", "image", "names", "runningfor", "size", "status",
  ]

  private static var options: [Option] {
    [
      Option("all", "a", .flag(), "Show all the containers, default is only running containers"),
      Option("external", "Show containers in storage not controlled by Podman"),
      Option("storage", "Another spelling of --external", hidden: true),
      Option("filter", "f", .array(), "Filter output based on conditions given"),
      Option("format", .string(), "Pretty-print containers to JSON or using a Go template"),
      Option(
        "last", "n", .integer(default: -1), "Print the n last created containers (all states)"),
      Option("latest", "l", .flag(), "Show the latest container created (all states)"),
      Option("no-trunc", .flag(), "Display the extended information", alias: ["notruncate"]),
      Option("noheading", "Do not print headers"),
      Option("ns", .flag(), "Display namespace information", alias: ["namespace"]),
      Option(
        "pod", "p", .flag(), "Print the ID and name of the pod the containers are associated with"),
      Option("quiet", "q", .flag(), "Print the numeric IDs of the containers only"),
      Option("size", "s", .flag(), "Display the total file sizes"),
      Option(
        "sort", .string(default: "created"),
        "Sort output by: " + sortKeys.joined(separator: ", "), completion: .words(sortKeys)),
      Option("sync", "Sync container state with OCI runtime"),
      Option("watch", "w", .unsigned(), "Watch the ps output on an interval in seconds"),
    ]
  }

  static func run(_ call: Call) throws -> Int32 {
    try check(call.options)
    let seconds = call.options.unsigned("watch")
    guard seconds > 0 else { return try show(call) }
    while true {
      if call.writesToTerminal { call.output.write("\u{1B}[2J\u{1B}[H") }
      _ = try show(call)
      call.output.flush()
      let pause = Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
      _ = try Pause.wait(milliseconds: pause)
    }
  }

  private static func check(_ options: ParsedOptions) throws {
    let key = options.string("sort")
    guard sortKeys.contains(key) else {
      throw CommandLineError.invalidValue(
        key, option: "--sort",
        reason: "\(goQuoted(key)) is not a valid value.  Choose from: "
          + goQuoted(sortKeys.joined(separator: ", ")))
    }
    let size = options.flag("size")
    let namespaces = options.flag("ns")
    if options.integer("last") >= 0, options.flag("latest") {
      throw CommandFailure("last and latest are mutually exclusive")
    }
    if options.flag("quiet"), size || namespaces {
      throw CommandFailure("quiet conflicts with size and namespace")
    }
    if size, namespaces { throw CommandFailure("size and namespace options conflict") }
    if options.unsigned("watch") > 0, options.flag("latest") {
      throw CommandFailure("the watch and latest flags cannot be used together")
    }
  }

  private static func show(_ call: Call) throws -> Int32 {
    let options = call.options
    let containers = try call.engine.containers
    let filters = options.list("filter")
    let count = options.flag("latest") ? 1 : options.integer("last")
    let showsAll =
      options.flag("all") || count > 0 || filters.contains { $0.hasPrefix("status=") }
    if options.flag("sync") {
      for container in try containers.all() {
        do { try containers.synchronize(container.id) } catch EngineError.noSuch {}
      }
    }
    // What was kept as ended does not run again by itself.
    let (all, broken) = try containers.listing(isListed: filters.isEmpty) { state in
      showsAll || ![.created, .exited, .removing].contains(state.status)
    }
    for error in broken { call.log(.error, "\(error)") }
    var chosen = all.map(containers.current)
    var external: [Containers.Container] = []
    if options.flag("external") || options.flag("storage") {
      external = try containers.external()
      chosen = (chosen + external).sorted { $0.record.created < $1.record.created }
    }
    let externalIDs = Set(external.map(\.id))
    if !filters.isEmpty { chosen = try ContainerFilters(filters, containers).matching(chosen) }
    if !showsAll {
      chosen.removeAll { $0.state.status != .running && !externalIDs.contains($0.id) }
    }
    if count > 0 { chosen = Array(chosen.suffix(Int(clamping: count))) }
    let showsSize = options.flag("size") || options.string("sort") == "size"
    let now = TimeText.now() / 1_000_000_000
    var rows = try chosen.map { container in
      ContainerRow(
        container: container, now: now, isTruncated: !options.flag("no-trunc"),
        health: containers.health(of: container)?.rawValue ?? "",
        size: showsSize ? try containers.size(of: container) : nil,
        isExternal: externalIDs.contains(container.id), showsNamespaces: options.flag("ns"))
    }
    ContainerRow.sort(&rows, by: options.string("sort"))
    try write(rows, call)
    return 0
  }

  private static func write(_ rows: [ContainerRow], _ call: Call) throws {
    let options = call.options
    let format = options.given("format")
    if options.flag("quiet"), format == nil {
      for row in rows { call.output.line(row.shownID) }
      return
    }
    var cells: [String]
    if options.flag("ns") {
      cells = [
        "ID", "Names", "Pid", "Cgroup", "IPC", "MNT", "NET", "PIDNS", "User", "UTS",
      ]
      .map { "{{.\($0)}}" }
    } else {
      cells = ContainerRow.columns.map { "{{.\($0)}}" }
    }
    if options.flag("pod"), !options.flag("ns") { cells += ["{{.Pod}}", "{{.PodName}}"] }
    if options.flag("size") { cells.append("{{.Size}}") }
    if let format, format.contains(".Size"), !options.flag("size") {
      call.log(.error, "Size format requires --size option")
    }
    if ["", "table"].contains(format ?? ""), cells.count == ContainerRow.columns.count {
      // Thousands of rows in no time: without a template.
      var lines = rows.map { $0.cells.joined(separator: "\t") }
      if !options.flag("noheading") { lines.insert(ContainerRow.heading, at: 0) }
      if !lines.isEmpty {
        call.output.write(Columns.align(lines.joined(separator: "\n") + "\n"))
      }
      return
    }
    let listing = Listing(
      table: cells.joined(separator: "\t"), titles: ContainerRow.titles, rows: rows.map(\.value),
      json: Listing.isJSON(format ?? "") ? .list(rows.map(\.json)) : nil, jsonIndent: "  ")
    // `{{.Namespaces.IPC}}` is `{{.IPC}}`.
    let shown = format.map { Listing.replacing(".Namespaces.", with: ".", in: $0) }
    try listing.write(to: call.output, format: shown, heading: !options.flag("noheading"))
  }
}

/// Waiting for time to pass.
enum Pause {
  static func wait(milliseconds: Int) throws {
    let poller = try Poller()
    _ = try poller.wait(milliseconds: milliseconds)
  }
}
