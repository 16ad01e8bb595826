import JSON
import RuntimeCore

/// `state`: prints where a container stands.
enum StateCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "state", summary: "output the state of a container", arguments: "<container-id>",
      argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    let container = try Container.find(call.containerID(), call.context)
    let listing = try ContainerListing(container, owner: "")
    try printOut(JSONWriter(.indented("  ")).write(listing) + Array("\n".utf8))
    return 0
  }
}
