import Engine
import GoTemplate
import LinuxSystem
import Networking

/// A network as templates and JSON have it: podman's `Network` of libnetwork.
enum NetworkRow {
  /// - Parameters:
  ///   - id: the id, perhaps cut short.
  ///   - members: for `inspect`: the containers that are in it.
  ///   - joinsLabels: as rows of `ls` have them: one text.
  static func value(
    _ network: Network, id: String? = nil, members: GoValue? = nil, joinsLabels: Bool = false
  ) -> GoValue {
    let labels = (network.labels ?? [:]).sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    var fields: [GoStructure.Field] = [
      .field("Name", json: "name", GoValue(network.name)),
      .field("ID", json: "id", GoValue(id ?? network.id)),
      .method("Id") { GoValue(id ?? network.id) },
      .field("Driver", json: "driver", GoValue(network.driver)),
      .field(
        "NetworkInterface", json: "network_interface", omitsEmpty: true,
        GoValue(network.interface ?? "")),
      .field("Created", json: "created", time(network.created)),
      .field("Subnets", json: "subnets", omitsEmpty: true, list(network.subnets, subnet)),
      .field("Routes", json: "routes", omitsEmpty: true, list(network.routes, route)),
      .field("IPv6Enabled", json: "ipv6_enabled", GoValue(network.isIPv6Enabled)),
      .field("Internal", json: "internal", GoValue(network.isInternal)),
      .field("DNSEnabled", json: "dns_enabled", GoValue(network.isDNSEnabled)),
      .field(
        "NetworkDNSServers", json: "network_dns_servers", omitsEmpty: true,
        GoValue(network.dnsServers)),
      .field(
        "Labels", json: "labels", omitsEmpty: true,
        joinsLabels ? GoValue(labels) : GoValue(network.labels)),
      .field("Options", json: "options", omitsEmpty: true, GoValue(network.options)),
      .field("IPAMOptions", json: "ipam_options", omitsEmpty: true, GoValue(network.ipamOptions)),
    ]
    if let members { fields.append(.field("Containers", json: "containers", members)) }
    return .structure(GoStructure(fields))
  }

  /// The containers that are in a network now, by id.
  static func members(_ network: Network, _ engine: ContainerEngine) throws -> GoValue {
    var result: [String: GoValue] = [:]
    for member in try engine.networks.service.members(ofNetwork: network.name) {
      let interface = GoValue.structure(
        .field(
          "Subnets", json: "subnets", omitsEmpty: true, list(member.status.addresses, address)),
        .field(
          "MacAddress", json: "mac_address", GoValue(member.status.mac.map { "\($0)" } ?? "")))
      result[member.containerID] = .structure(
        .field("Name", json: "name", GoValue(member.containerName)),
        .field("Interfaces", json: "interfaces", .map([member.status.interface: interface])))
    }
    return .map(result)
  }

  private static func list<Element>(
    _ elements: [Element]?, _ value: (Element) -> GoValue
  ) -> GoValue {
    elements.map { .list($0.map(value)) } ?? .nilList
  }

  private static func subnet(_ subnet: NetworkSubnet) -> GoValue {
    var fields: [GoStructure.Field] = [
      .field("Subnet", json: "subnet", GoValue("\(subnet.subnet)"))
    ]
    fields.append(
      .field(
        "Gateway", json: "gateway", omitsEmpty: true,
        GoValue(subnet.gateway.map { "\($0)" } ?? "")))
    if let range = subnet.leaseRange {
      fields.append(
        .field(
          "LeaseRange", json: "lease_range",
          .structure(
            .field(
              "StartIP", json: "start_ip", omitsEmpty: true,
              GoValue(range.start.map { "\($0)" } ?? "")),
            .field(
              "EndIP", json: "end_ip", omitsEmpty: true, GoValue(range.end.map { "\($0)" } ?? "")))
        ))
    }
    return .structure(GoStructure(fields))
  }

  private static func route(_ route: NetworkRoute) -> GoValue {
    var fields: [GoStructure.Field] = [
      .field("Destination", json: "destination", GoValue("\(route.destination)")),
      .field("Gateway", json: "gateway", GoValue("\(route.gateway)")),
    ]
    if let metric = route.metric {
      fields.append(.field("Metric", json: "metric", GoValue(metric)))
    }
    return .structure(GoStructure(fields))
  }

  private static func address(_ assigned: NetworkStatus.Assigned) -> GoValue {
    .structure(
      .field("IPNet", json: "ipnet", GoValue("\(assigned.address)")),
      .field(
        "Gateway", json: "gateway", omitsEmpty: true,
        GoValue(assigned.gateway.map { "\($0)" } ?? "")))
  }

  private static func time(_ text: String) -> GoValue {
    guard let moment = Timestamp(rfc3339: text) else { return GoValue(text) }
    return .time(moment.seconds, nanoseconds: moment.nanoseconds)
  }
}
