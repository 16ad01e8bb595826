import Firewall

/// The elements of the firewall's maps that publish a container's ports.
struct PublishedPorts {
  var mappings: [PortMapping]
  /// Where they lead to; a family without address is not published.
  var v4: IPAddress?
  var v6: IPAddress?

  /// By map.
  func elements() -> [(set: String, elements: [FirewallElement])] {
    var result: [String: [FirewallElement]] = [:]
    for mapping in mappings {
      for target in [v4, v6].compactMap({ $0 }) {
        let isV6 = target.isV6
        if let host = mapping.hostAddress, !host.isUnspecified {
          guard host.isV6 == isV6 else { continue }
          result[FirewallTable.Set.addressPorts[isV6 ? 1 : 0], default: []] += elements(
            mapping, prefix: host.bytes, target)
        } else {
          // `-p 0.0.0.0:80:80` is IPv4 only, `[::]` both as the sockets of it are.
          if let host = mapping.hostAddress, !host.isV6, isV6 { continue }
          result[FirewallTable.Set.ports[isV6 ? 1 : 0], default: []] += elements(
            mapping, prefix: [], target)
        }
      }
    }
    return result.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func elements(
    _ mapping: PortMapping, prefix: [UInt8], _ target: IPAddress
  ) -> [FirewallElement] {
    (0..<max(mapping.count, 1)).compactMap { step in
      let (hostPort, overflow) = mapping.hostPort.addingReportingOverflow(step)
      let (containerPort, again) = mapping.containerPort.addingReportingOverflow(step)
      if overflow || again { return nil }
      let key = prefix + [mapping.transport.number, 0, 0, 0] + Self.port(hostPort)
      return FirewallElement(key, .bytes(target.bytes + Self.port(containerPort)))
    }
  }

  /// A port as a whole register: its two bytes in network order, and zeros.
  private static func port(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(truncatingIfNeeded: number), 0, 0]
  }
}

extension PortMapping.TransportProtocol {
  /// Its number in IP headers: /etc/protocols.
  var number: UInt8 {
    switch self {
    case .tcp: 6
    case .udp: 17
    case .sctp: 132
    }
  }
}
