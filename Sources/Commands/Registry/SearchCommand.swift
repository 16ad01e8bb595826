import CommandLine
import Engine
import GoTemplate
import HelperProtocols

/// `podman search`, `podman image search`.
enum SearchCommand {
  static let command = PodmanCommand(
    "search", "Search registry for image",
    details:
      "Search registries for a given image. Can search all the default registries or a specific registry.\n\n  "
      + "Users can limit the number of results, and filter the output based on certain conditions.",
    usage: "[options] TERM", arguments: .exactly(1),
    examples: [
      "--filter=is-official --limit 3 alpine",
      "registry.fedoraproject.org/ # only works with v2 registries",
      "--format \"table {{.Index}} {{.Name}}\" registry.fedoraproject.org/fedora",
    ],
    options: {
      [
        TransferFlags.authFile, TransferFlags.certificates, TransferFlags.credentials,
        Option(
          "compatible", .flag(), "List stars, official and automated columns (Docker compatibility)"
        ),
        Option(
          "filter", "f", .array(), "Filter output based on conditions provided (default [])"),
        Option("format", .string(), "Change the output format to JSON or a Go template"),
        Option("limit", .integer(), "Limit the number of results"),
        Option("list-tags", .flag(), "List the tags of the input registry"),
        Option("no-trunc", .flag(), "Do not truncate the output"),
        TransferFlags.verifiesTLS,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let term = call.arguments.first ?? ""
    guard !term.isEmpty else { throw CommandFailure("search term must not be empty") }
    let limit = Int(call.options.integer("limit"))
    guard (0...100).contains(limit) else {
      throw CommandFailure("limit \(limit) is outside the range of [1, 100]")
    }
    return call.options.flag("list-tags")
      ? try listTags(term, limit, call) : try search(term, limit, call)
  }

  private static func listTags(_ term: String, _ limit: Int, _ call: Call) throws -> Int32 {
    guard call.options.list("filter").isEmpty else {
      throw CommandFailure("filters are not applicable to list tags result")
    }
    let repository = term.hasPrefix("docker://") ? String(term.dropFirst(9)) : term
    let all = try call.engine.registries.tags(repository, try TransferFlags.options(call))
    let tags = all.prefix(limit > 0 ? limit : 25)
    let rows = tags.map { tag in
      GoValue.structure(.field("Name", GoValue(repository)), .field("Tag", GoValue(tag)))
    }
    let whole = GoValue.structure(
      .field("Name", GoValue(repository)), .field("Tags", .list(tags.map { GoValue($0) })))
    let listing = Listing(
      table: "{{.Name}}\t{{.Tag}}", titles: ["Name": "NAME", "Tag": "TAG"], rows: rows,
      json: .list([whole]))
    try listing.write(to: call.output, format: call.options.given("format"))
    return 0
  }

  private static func search(_ term: String, _ limit: Int, _ call: Call) throws -> Int32 {
    let filter = try SearchFilter(call.options.list("filter"))
    let hits = try call.engine.registries.search(
      term, limit: limit > 0 ? limit : 25, try TransferFlags.options(call)
    ).filter { filter.accepts($0) }
    let isWhole = call.options.flag("no-trunc")
    let listing = Listing(
      table: call.options.flag("compatible")
        ? "{{.Name}}\t{{.Description}}\t{{.Stars}}\t{{.Official}}\t{{.Automated}}"
        : "{{.Name}}\t{{.Description}}",
      titles: [
        "Index": "INDEX", "Name": "NAME", "Description": "DESCRIPTION", "Stars": "STARS",
        "Official": "OFFICIAL", "Automated": "AUTOMATED", "Tag": "TAG",
      ], rows: hits.map { row($0, isWhole: isWhole) })
    try listing.write(to: call.output, format: call.options.given("format"))
    return 0
  }

  private static func row(_ hit: SearchHit, isWhole: Bool) -> GoValue {
    var description = hit.description
    if !isWhole, description.count > 44 { description = description.prefix(44) + "..." }
    return .structure(
      .field("Index", GoValue(hit.index)), .field("Name", GoValue(hit.name)),
      .field("Description", GoValue(description)), .field("Stars", GoValue(hit.stars)),
      .field("Official", GoValue(hit.isOfficial ? "[OK]" : "")),
      .field("Automated", GoValue(hit.isAutomated ? "[OK]" : "")), .field("Tag", GoValue("")))
  }
}

/// `--filter` of a search: `stars=N`, `is-official[=bool]`, `is-automated[=bool]`.
private struct SearchFilter {
  private var stars = 0
  private var isOfficial: Bool?
  private var isAutomated: Bool?

  init(_ filters: [String]) throws {
    for filter in filters {
      let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : "true"
      switch parts.first {
      case "stars":
        guard parts.count > 1, let number = Int(value) else {
          throw CommandFailure("incorrect value type for stars filter")
        }
        stars = number
      case "is-official": isOfficial = value == "true"
      case "is-automated": isAutomated = value == "true"
      default: throw CommandFailure("invalid filter type \"\(filter)\"")
      }
    }
  }

  func accepts(_ hit: SearchHit) -> Bool {
    hit.stars >= stars && (isOfficial ?? hit.isOfficial) == hit.isOfficial
      && (isAutomated ?? hit.isAutomated) == hit.isAutomated
  }
}
