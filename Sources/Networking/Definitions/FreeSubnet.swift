import LinuxSystem

/// Finds subnets that nobody has.
struct FreeSubnet {
  let networks: [Network]
  let host: HostDevices

  /// Why a subnet cannot be taken; nil if it can. A bridge of the network itself does not count.
  func collision(of subnet: Subnet, ownInterface: String? = nil) -> NetworkError? {
    for network in networks {
      if network.subnets?.contains(where: { $0.subnet.overlaps(subnet) }) ?? false {
        return .subnetUsedByNetwork(subnet, network: network.name)
      }
    }
    for used in host.subnets where used.subnet.overlaps(subnet) && used.device != ownInterface {
      return .subnetUsedByDevice(subnet, device: used.device)
    }
    return nil
  }

  /// The first free subnet of the pools.
  func v4(of pools: [SubnetPool]) throws(NetworkError) -> Subnet {
    for pool in pools where !pool.base.isV6 && pool.size >= pool.base.prefixLength {
      var candidate = Subnet(pool.base.first, pool.size)
      while let subnet = candidate, pool.base.contains(subnet.address) {
        if collision(of: subnet) == nil { return subnet }
        let next = subnet.last.advanced(by: 1)
        candidate = next.flatMap { Subnet($0, pool.size) }
      }
    }
    throw .noFreeSubnet
  }

  /// A /64 of fd00::/8 with random digits, as RFC 4193 wants.
  func v6() throws(NetworkError) -> Subnet {
    for _ in 0..<100 {
      let bytes: [UInt8] = [0xFD] + arbitraryBytes(7) + [UInt8](repeating: 0, count: 8)
      if let address = IPAddress(bytes: bytes), let subnet = Subnet(address, 64),
        collision(of: subnet) == nil
      {
        return subnet
      }
    }
    throw .noFreeSubnet
  }
}

/// Bytes that nobody foresees, for numbers that are to be unlike all others.
func arbitraryBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
