import CommandLine
import Engine
import Networking

/// `podman network connect`.
enum NetworkConnect {
  static let command = PodmanCommand(
    "connect", "network connect", details: "Add container to a network",
    usage: "[options] NETWORK CONTAINER", arguments: .exactly(2), examples: ["web secondary"],
    completion: .names("networks"),
    options: {
      [
        Option("alias", .list(), "network scoped alias for container"),
        Option("ip", .string(), "set a static ipv4 address for this container network"),
        Option("ip6", .string(), "set a static ipv6 address for this container network"),
        Option("mac-address", .string(), "set a static mac address for this container network"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var attachment = ContainerNetwork.Attachment()
    attachment.aliases = call.options.list("alias")
    for (option, isV6) in [("ip", false), ("ip6", true)] {
      guard let text = call.options.given(option) else { continue }
      guard let address = IPAddress(text), address.isV6 == isV6 else {
        throw CommandFailure(
          "invalid argument \"\(text)\" for --\(option): it has to be an "
            + "\(isV6 ? "IPv6" : "IPv4") address")
      }
      attachment.addresses.append(text)
    }
    if let text = call.options.given("mac-address") {
      guard MACAddress(text) != nil else {
        throw CommandFailure("invalid argument \"\(text)\" for --mac-address")
      }
      attachment.mac = text
    }
    try call.engine.networks.connect(
      call.arguments[0], container: call.arguments[1], attachment)
    return 0
  }
}
