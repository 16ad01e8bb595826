import CommandLine
import Engine
import Networking

/// `podman network create`.
enum NetworkCreate {
  static let command = PodmanCommand(
    "create", "network create",
    details: "create networks for containers and pods",
    usage: "[options] [NAME]", arguments: .atMost(1), examples: ["podman1"],
    options: {
      [
        Option("disable-dns", .flag(), "disable dns plugin"),
        Option("dns", .list(), "DNS servers this network will use"),
        Option("driver", "d", .string(default: "bridge"), "driver to manage the network"),
        Option("gateway", .list(), "IPv4 or IPv6 gateway for the subnet"),
        Option("ignore", .flag(), "Don't fail if network already exists"),
        Option("interface-name", .string(), "interface name which is used by the driver"),
        Option("internal", .flag(), "restrict external access from this network"),
        Option("ip-range", .array(), "allocate container IP from range"),
        Option("ipam-driver", .string(), "IP Address Management Driver"),
        Option("ipv6", .flag(), "enable IPv6 networking"),
        Option("label", .array(), "set metadata on a network"),
        Option("opt", "o", .array(), "Set driver specific options (default [])"),
        Option("route", .array(), "static routes"),
        Option("subnet", .array(), "subnets in CIDR format"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    // An empty name is none, as a script's variable may be.
    var request = NewNetworkRequest(name: call.arguments.first.flatMap { $0.isEmpty ? nil : $0 })
    request.driver = call.options.string("driver")
    request.interface = call.options.given("interface-name")
    request.isInternal = call.options.flag("internal")
    request.isIPv6Enabled = call.options.flag("ipv6")
    request.isDNSEnabled = !call.options.flag("disable-dns")
    request.dnsServers = call.options.list("dns")
    request.ipamDriver = call.options.given("ipam-driver")
    request.ignoresExisting = call.options.flag("ignore")
    request.labels = try pairs(call.options.list("label"), needsValue: false, option: "label")
    request.options = try pairs(call.options.list("opt"), needsValue: true, option: "opt")
    request.routes = try call.options.list("route").map(route)
    request.subnets = try subnets(call)
    call.output.line(try call.engine.networks.create(request).name)
    return 0
  }

  /// `key=value` each.
  private static func pairs(
    _ texts: [String], needsValue: Bool, option: String
  ) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count < 2, needsValue {
        throw CommandFailure("invalid key=value \"\(text)\" of --\(option)")
      }
      if parts[0].isEmpty {
        throw CommandFailure("failed to parse --\(option): invalid format: \"\(text)\"")
      }
      result[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return result
  }

  /// `destination,gateway[,metric]`.
  private static func route(_ text: String) throws -> NetworkRoute {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let destination = Subnet(parts[0]),
      let gateway = IPAddress(parts[1]), parts.count < 3 || UInt32(parts[2]) != nil
    else {
      throw CommandFailure(
        "invalid route \"\(text)\": it has to be DESTINATION,GATEWAY[,METRIC], such as "
          + "10.21.0.0/24,10.19.12.250")
    }
    return NetworkRoute(
      destination: destination, gateway: gateway, metric: parts.count > 2 ? UInt32(parts[2]) : nil)
  }

  /// Subnets with the gateways and ranges that stand for them, by their order.
  private static func subnets(_ call: Call) throws -> [NewNetworkRequest.SubnetRequest] {
    let texts = call.options.list("subnet")
    let gateways = try call.options.list("gateway").map { text in
      guard let address = IPAddress(text) else {
        throw CommandFailure("invalid gateway \"\(text)\": it has to be an IP address")
      }
      return address
    }
    let ranges = try call.options.list("ip-range").map(range)
    if texts.isEmpty, !gateways.isEmpty {
      throw CommandFailure("cannot set gateway without subnet")
    }
    if texts.isEmpty, !ranges.isEmpty {
      throw CommandFailure("cannot set range without subnet")
    }
    if gateways.count > texts.count {
      throw CommandFailure("cannot set more gateways than subnets")
    }
    if ranges.count > texts.count { throw CommandFailure("cannot set more ranges than subnets") }
    return try texts.enumerated().map { position, text in
      guard let subnet = Subnet(text) else {
        throw CommandFailure(
          "failed to parse subnet \"\(text)\": it has to be in CIDR notation, such as "
            + "10.89.1.0/24")
      }
      return .init(
        subnet: subnet, gateway: gateways.count > position ? gateways[position] : nil,
        leaseRange: ranges.count > position ? ranges[position] : nil)
    }
  }

  /// `192.168.1.0/25`, or first and last address with a dash.
  private static func range(_ text: String) throws -> NetworkSubnet.LeaseRange {
    if let subnet = Subnet(text)?.network {
      return .init(start: subnet.hosts.lowerBound, end: subnet.hosts.upperBound)
    }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let start = IPAddress(ends[0]), let end = IPAddress(ends[1]) else {
      throw CommandFailure(
        "invalid ip range \"\(text)\": it has to be in CIDR notation or <startIP>-<endIP>")
    }
    return .init(start: start, end: end)
  }
}
