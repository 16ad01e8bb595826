import JSON
import LinuxSystem
import RuntimeCore
import RuntimeSpec
import SystemPackage

/// `list`: prints the containers under the root folder.
enum ListCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "list", summary: "list the containers under the root folder",
      details: """
        The root folder is the one that the global option --root names, or the default one.
        """,
      options: [.format, Option("quiet", "q", .flag, "print only the containers' names")],
      argumentCount: 0...0)
  }

  static func run(_ call: Call) throws -> CInt {
    let format = try OutputFormat(call.options)
    let listings = try listings(call)
    if call.options.flag("quiet") {
      try printOut(listings.map { $0.id + "\n" }.joined())
      return 0
    }
    switch format {
    case .table:
      var table = Table(["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
      for listing in listings {
        table.add([
          listing.id, "\(listing.pid)", listing.status.rawValue, listing.bundle, listing.created,
          listing.owner,
        ])
      }
      try printOut(table.text)
    case .json:
      // Go writes a list that was never filled as null, and readers of runc's output know that.
      let text = listings.isEmpty ? Array("null".utf8) : try JSONWriter().write(listings)
      try printOut(text + Array("\n".utf8))
    }
    return 0
  }

  /// The containers; one that is broken is reported, and does not stop the others.
  private static func listings(_ call: Call) throws -> [ContainerListing] {
    let users = PasswordFile((try? readFile("/etc/passwd", limit: 1 << 20)) ?? [])
    var listings: [ContainerListing] = []
    for id in try containerIDs(call.context) {
      do {
        let container = try Container.find(id, call.context)
        let owner = try container.owner
        listings.append(
          try ContainerListing(container, owner: users.name(ofUser: owner) ?? "#\(owner)"))
      } catch {
        try? FileDescriptor.standardError.writeAll("load container \(id): \(error)\n")
      }
    }
    return listings
  }
}
