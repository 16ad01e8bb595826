import CommandLine
import Engine
import GoTemplate
import ImageSpec

/// `podman images`, `podman image list`.
enum ImageList {
  static let command = PodmanCommand(
    "images", "List images in local storage",
    details: "Lists images previously pulled to the system or created on the system.",
    usage: "[IMAGE]", arguments: .atMost(1),
    examples: [
      "--format json",
      "--sort repository --format \"table {{.ID}} {{.Repository}} {{.Tag}}\"",
      "--filter dangling=true",
    ], completion: .names("images"), options: { options }, run: run)

  private static let sortKeys = ["created", "id", "repository", "size", "tag"]

  private static var options: [Option] {
    [
      Option("all", "a", .flag(), "Show all images (default hides intermediate images)"),
      Option("digests", "Show digests"),
      Option(
        "filter", "f", .array(), "Filter output based on conditions provided (default [])"),
      Option("format", .string(), "Change the output format to JSON or a Go template"),
      Option("history", "Display the image name history"),
      Option("no-trunc", "Do not truncate output"),
      Option("noheading", "n", .flag(), "Do not print column headings"),
      Option("quiet", "q", .flag(), "Display only image IDs"),
      Option(
        "sort", .string(default: "created"), "Sort by created, id, repository, size, tag",
        completion: .words(sortKeys)),
    ]
  }

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    guard sortKeys.contains(options.string("sort")) else {
      throw CommandFailure(
        "\"\(options.string("sort"))\" is not a valid field for sorting. Choose from: "
          + sortKeys.joined(separator: ", "))
    }
    var filters = options.list("filter")
    if let name = call.arguments.first {
      guard filters.isEmpty else {
        throw CommandFailure("cannot specify an image and a filter(s)")
      }
      filters.append("reference=\(name)")
    }
    let (images, broken) = try call.engine.images.list(filters: filters, all: options.flag("all"))
    for error in broken { call.log(.error, "\(error)") }
    let rows = images.flatMap(ImageRow.rows).sorted {
      ImageRow.isBefore(options.string("sort"), $0, $1)
    }
    try write(rows, call)
    return 0
  }

  private static func write(_ rows: [ImageRow], _ call: Call) throws {
    let options = call.options
    let format = options.given("format")
    let isTruncated = !options.flag("no-trunc")
    if options.flag("quiet"), !Listing.isJSON(format ?? "") {
      var seen: Set<String> = []
      for row in rows where seen.insert(row.image.id).inserted {
        call.output.line(row.shownID(isTruncated))
      }
      return
    }
    var cells = ["{{.Repository}}", "{{.Tag}}"]
    if options.flag("digests") { cells.append("{{.Digest}}") }
    cells += ["{{.ID}}", "{{.Created}}", "{{.Size}}"]
    if options.flag("history") { cells.append("{{if .History}}{{.History}}{{else}}<none>{{end}}") }
    if rows.contains(where: \.image.isReadOnly) { cells.append("{{.ReadOnly}}") }
    let now = TimeText.now() / 1_000_000_000
    let isJSON = Listing.isJSON(format ?? "")
    let listing = Listing(
      table: cells.joined(separator: "\t"), titles: ["ID": "IMAGE ID", "ReadOnly": "R/O"],
      rows: isJSON ? [] : rows.map { $0.value(isTruncated: isTruncated, now: now) },
      json: isJSON ? .list(rows.map(\.json)) : nil)
    try listing.write(to: call.output, format: format, heading: !options.flag("noheading"))
  }
}

/// One name of an image in a listing.
struct ImageRow {
  var image: Images.Summary
  var repository: String
  var tag: String
  private var lists: Lists

  /// The lists of an image, made once for all its rows: an image can have hundreds of names.
  private struct Lists {
    var names: GoValue
    var digests: GoValue
    var history: GoValue
    var historyText: String

    init(_ image: Images.Summary) {
      names = GoValue(image.names)
      digests = GoValue(image.repositoryDigests)
      history = GoValue(image.nameHistory)
      historyText = image.nameHistory.joined(separator: ", ")
    }
  }

  /// A row for each name; one for an image without any.
  static func rows(_ image: Images.Summary) -> [ImageRow] {
    let lists = Lists(image)
    if image.names.isEmpty {
      return [ImageRow(image: image, repository: "<none>", tag: "<none>", lists: lists)]
    }
    let rows = image.names.map { name in
      // Behind the last slash only a tag has a colon; an @ begins a digest.
      let plain = name.prefix { $0 != "@" }
      let start = plain.lastIndex(of: "/") ?? plain.startIndex
      guard let colon = plain[start...].lastIndex(of: ":") else {
        return ImageRow(image: image, repository: String(plain), tag: "<none>", lists: lists)
      }
      return ImageRow(
        image: image, repository: String(plain[..<colon]),
        tag: String(plain[plain.index(after: colon)...]), lists: lists)
    }
    let tagged = rows.filter { $0.tag != "<none>" }
    return tagged.isEmpty ? Array(rows.prefix(1)) : tagged
  }

  static func isBefore(_ key: String, _ one: ImageRow, _ other: ImageRow) -> Bool {
    switch key {
    case "id": one.image.id < other.image.id
    case "repository": (one.repository, one.tag) < (other.repository, other.tag)
    case "size": one.image.size < other.image.size
    case "tag": one.tag < other.tag
    // As whole seconds, so that images of one second stay in the store's order.
    default: one.seconds > other.seconds
    }
  }

  func shownID(_ isTruncated: Bool) -> String {
    isTruncated ? String(image.id.prefix(12)) : "sha256:\(image.id)"
  }

  private var seconds: Int64 { image.created / 1_000_000_000 }

  func value(isTruncated: Bool, now: Int64) -> GoValue {
    let created = GoValue.string(HumanUnits.ago(seconds, now: now))
    let time = GoValue.string(CalendarTime(seconds).goText)
    return .structure(
      .field("Repository", .string(repository)), .field("Tag", .string(tag)),
      .field("ID", .string(shownID(isTruncated))), .field("Id", .string(image.id)),
      .field("ParentId", .string(image.parent ?? "")), .field("RepoTags", lists.names),
      .field("RepoDigests", lists.digests), .field("Created", created),
      .field("CreatedSince", created), .field("CreatedAt", time), .field("CreatedTime", time),
      .field("Size", .string(HumanUnits.imageSize(image.size))), .field("SharedSize", 0),
      .field("VirtualSize", GoValue(image.size)), .field("Labels", GoValue(image.labels)),
      .field("Containers", GoValue(image.containers)),
      .field("ReadOnly", GoValue(image.isReadOnly)),
      .field("IsReadOnly", GoValue(image.isReadOnly)),
      .field("Dangling", GoValue(image.isDangling)),
      .field("IsDangling", GoValue(image.isDangling)),
      .field("Digest", .string(image.digest ?? "")),
      .field("History", .string(lists.historyText)),
      .field("Names", lists.names),
      .field("Arch", .string(image.platform?.architecture ?? "")),
      .field("Os", .string(image.platform?.os ?? "")))
  }

  var json: GoValue {
    .structure(
      .field("Id", .string(image.id)), .field("ParentId", .string(image.parent ?? "")),
      .field("RepoTags", .nilList), .field("RepoDigests", lists.digests),
      .field("Size", GoValue(image.size)), .field("SharedSize", 0),
      .field("VirtualSize", GoValue(image.size)), .field("Labels", GoValue(image.labels)),
      .field("Containers", GoValue(image.containers)),
      .field("ReadOnly", omitsEmpty: true, GoValue(image.isReadOnly)),
      .field("Dangling", omitsEmpty: true, GoValue(image.isDangling)),
      .field("Names", omitsEmpty: true, lists.names),
      .field("Digest", omitsEmpty: true, .string(image.digest ?? "")),
      .field("History", omitsEmpty: true, lists.history),
      .field("Created", GoValue(seconds)),
      .field("CreatedAt", .string(CalendarTime(seconds).rfc3339)),
      .field("Repository", omitsEmpty: true, .string(repository)),
      .field("Tag", omitsEmpty: true, .string(tag)))
  }
}
