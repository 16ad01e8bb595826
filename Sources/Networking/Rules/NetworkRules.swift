import Firewall

/// A bridge's elements of the firewall's sets.
struct NetworkRules {
  let network: Network
  let options: NetworkOptions

  /// By set; empty for networks that are not bridges of ours.
  func elements() -> [(set: String, elements: [FirewallElement])] {
    guard network.driver == "bridge", options.isManaged, let name = network.interface else {
      return []
    }
    let key = FirewallElement(deviceName(name))
    var result = [
      (set: FirewallTable.Set.bridges, elements: [key]),
      (FirewallTable.Set.same, [FirewallElement(key.key + key.key)]),
    ]
    for subnet in (network.subnets ?? []).map(\.subnet) {
      let first = subnet.first.bytes
      let last = subnet.last.bytes
      result.append(
        (
          FirewallTable.Set.subnets[subnet.isV6 ? 1 : 0],
          [FirewallElement(from: first + first, through: last + last)]
        ))
    }
    if network.isInternal {
      result.append((FirewallTable.Set.inner, [key]))
    } else {
      result.append((FirewallTable.Set.masqueraded, [key]))
    }
    switch options.isolation {
    case .off: break
    case .on: result.append((FirewallTable.Set.isolated, [key]))
    case .strict:
      result.append((FirewallTable.Set.isolated, [key]))
      result.append((FirewallTable.Set.strict, [key]))
    }
    return result
  }
}
