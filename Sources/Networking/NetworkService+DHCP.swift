import LinuxSystem
import Netlink
import SystemPackage

extension NetworkService {
  /// Brings a device into use and gets an address for it.
  func lease(
    for device: ContainerDevice, _ inside: inout RouteSession<KernelSocket>,
    _ host: inout RouteSession<KernelSocket>, hostName: String
  ) throws(SystemError) -> DHCPLease? {
    let link = try device.bringUp(&inside, &host)
    guard let mac = MACAddress(bytes: link.hardwareAddress) else { return nil }
    return try DHCPClient(
      namespace: device.namespace, link: link.index, mac: mac, hostName: hostName
    ).acquire()
  }

  /// Prolongs the leases that are due, and gets others for those that are over.
  func renewLeases(of state: ContainerState) throws(NetworkError) {
    let now = Timestamp.now().seconds
    guard state.leases.values.contains(where: { $0.isDue(at: now) }) else { return }
    var state = state
    let path = state.namespace
    let namespace = try asNetworkError { () throws(SystemError) in
      SharedDescriptor(try openFile(path, [.readOnly]))
    }
    for (name, lease) in state.leases where lease.isDue(at: now) {
      guard let position = state.statuses.firstIndex(where: { $0.network == name }),
        let mac = state.statuses[position].mac
      else { continue }
      let interface = state.statuses[position].interface
      let containerName = state.containerName
      let renewed = try asNetworkError { () throws(SystemError) -> DHCPLease? in
        var inside = try NetworkNamespace.session(in: namespace.lent)
        let link = try inside.link(named: interface).index
        let client = DHCPClient(
          namespace: namespace.lent, link: link, mac: mac, hostName: containerName)
        if !lease.isOver(at: now), let renewed = try client.renew(lease) { return renewed }
        // As long as it is lent it may be used; then another has to be found.
        return lease.isOver(at: now) ? try client.acquire() : nil
      }
      guard let renewed else { throw .noDHCPServer(network: name) }
      state.leases[name] = renewed
      if renewed.address != lease.address {
        try change(&state, position, from: lease, to: renewed, namespace)
      }
      try states.write(state)
    }
  }

  /// A server has lent another address than before.
  private func change(
    _ state: inout ContainerState, _ position: Int, from old: DHCPLease, to new: DHCPLease,
    _ namespace: SharedDescriptor
  ) throws(NetworkError) {
    let network = try network(state.statuses[position].network)
    let options = try NetworkOptions(network)
    try unpublish(state)
    new.apply(to: &state.statuses[position])
    let device = ContainerDevice(
      network: network, options: options, namespace: namespace.lent,
      status: state.statuses[position])
    let place = try hostNamespace()
    try asNetworkError { () throws(SystemError) in
      var host = try place.routes()
      var inside = try NetworkNamespace.session(in: namespace.lent)
      let link = try inside.link(named: device.status.interface).index
      try inside.remove(
        Address(
          old.address.address.bytes, prefixLength: UInt8(clamping: old.address.prefixLength)),
        from: link)
      _ = try device.configure(&inside, &host)
    }
    try publish(state, [], exclusive: true)
  }

  /// Gives what was lent back, as far as that can be done: it would fall to the server anyway.
  func releaseLease(_ status: NetworkStatus, of state: ContainerState) {
    guard let lease = state.leases[status.network], let mac = status.mac, state.lives,
      let namespace = try? openFile(state.namespace, [.readOnly]),
      var inside = try? NetworkNamespace.session(in: namespace.lent),
      let link = try? inside.link(named: status.interface).index
    else { return }
    let client = DHCPClient(
      namespace: namespace.lent, link: link, mac: mac, hostName: state.containerName)
    try? client.release(lease)
  }

  /// After how many seconds somebody should look after a container's leases; nil where it has none.
  static func secondsToRenewal(_ state: ContainerState) -> Int64? {
    // A server may lend for a shorter time when it prolongs.
    state.leases.values.map { min(Int64($0.renewal), 900) }.min().map { max($0, 10) }
  }
}
