/// How a container's attachments are carried out: each with its network, understood and checked
/// before anything is made.
struct AttachmentPlan {
  struct Step {
    var attachment: NetworkAttachment
    var network: Network
    var options: NetworkOptions
    /// The device's name in the container.
    var interface: String
  }

  private(set) var steps: [Step] = []

  /// - Parameter networks: those of the attachments, in their order.
  init(_ container: ContainerNetworks, networks: [Network]) throws(NetworkError) {
    // Names that are asked for are not given to others.
    var taken = container.attachments.compactMap(\.interface)
    for (attachment, network) in zip(container.attachments, networks) {
      if steps.contains(where: { $0.network.name == network.name }) {
        throw .alreadyJoined(container: container.containerID, network: network.name)
      }
      let step = try Self.step(
        attachment, network, avoiding: attachment.interface == nil ? taken : steps.map(\.interface))
      taken.append(step.interface)
      steps.append(step)
    }
  }

  static func step(
    _ attachment: NetworkAttachment, _ network: Network, avoiding taken: [String]
  ) throws(NetworkError) -> Step {
    var interface = attachment.interface ?? ""
    if interface.isEmpty {
      let names = (0...taken.count).lazy.map { "eth\($0)" }
      interface = names.first { !taken.contains($0) } ?? "eth0"
    }
    guard isInterfaceName(interface), !taken.contains(interface) else {
      throw .interfaceUsed(interface, by: "another network of the container")
    }
    if let mac = attachment.staticMAC, !mac.isUnicast || network.driver == "ipvlan" {
      throw .invalid(
        what: "hardware address", value: "\(mac)",
        expected: network.driver == "ipvlan"
          ? "none in an ipvlan network" : "that of a single device")
    }
    return Step(
      attachment: attachment, network: network, options: try NetworkOptions(network),
      interface: interface)
  }

  /// Ports lead nowhere twice, and to none below 1.
  func check(_ ports: [PortMapping]) throws(NetworkError) {
    for mapping in ports {
      let last = UInt32(max(mapping.count, 1)) - 1
      guard mapping.count > 0, mapping.hostPort > 0, mapping.containerPort > 0,
        UInt32(mapping.hostPort) + last <= 65535, UInt32(mapping.containerPort) + last <= 65535
      else {
        throw .invalid(
          what: "port", value: "\(mapping.hostPort):\(mapping.containerPort)",
          expected: "ports from 1 to 65535")
      }
    }
  }
}
