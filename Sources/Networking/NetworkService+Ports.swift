import Firewall
import LinuxSystem
import SystemPackage

extension NetworkService {
  /// Chooses free ports of the host for mappings whose host port is 0, for `-P` and `-p 80`. Of a
  /// range in a row each port is chosen by itself.
  public func choosePorts(_ ports: [PortMapping]) throws(NetworkError) -> [PortMapping] {
    var result: [PortMapping] = []
    // A port that is chosen is not taken yet: it must not be chosen again for the same container,
    // nor one that another container has, whose socket may be gone.
    var used = Set(ports.map(\.hostPort))
    for state in try states.all() { used.formUnion(state.ports.map(\.hostPort)) }
    for mapping in ports {
      guard mapping.hostPort == 0 else {
        result.append(mapping)
        continue
      }
      for step in 0..<max(mapping.count, 1) {
        var single = mapping
        single.count = 1
        single.containerPort = mapping.containerPort &+ step
        var attempts = 0
        repeat {
          attempts += 1
          guard attempts < 1000 else { throw .noFreePort }
          single.hostPort = try HostPorts.free(mapping.transport, mapping.hostAddress)
        } while !used.insert(single.hostPort).inserted
        result.append(single)
      }
    }
    return result
  }

  /// Restores the firewall's rules of the containers, as after `nft flush ruleset`, and prolongs what DHCP
  /// servers have lent.
  ///
  /// - Parameter containerIDs: nil for all that have networks.
  public func reload(containerIDs: [String]? = nil) throws(NetworkError) {
    if configuration.usesCNI { return }
    var bridges: [String: Network] = [:]
    for state in try states.all() where containerIDs?.contains(state.containerID) ?? true {
      guard state.lives else { continue }
      var steps: [AttachmentPlan.Step] = []
      for status in state.statuses {
        // The network's file may be gone or broken: the container's ports still come back.
        guard let network = try? network(status.network), let options = try? NetworkOptions(network)
        else { continue }
        steps.append(
          .init(
            attachment: NetworkAttachment(network: network.name), network: network,
            options: options, interface: status.interface))
      }
      for step in steps where step.network.driver == "bridge" && step.options.isManaged {
        bridges[step.network.name] = step.network
      }
      let uplinks = try forwardedPorts(state).map { [$0.element] } ?? []
      try changeRules(rules(of: steps) + publishedElements(state) + uplinks)
      try renewLeases(of: state)
    }
    try trust(Array(bridges.values))
  }

  /// Takes the ports that a container publishes. Where a container has one, that is said: the program
  /// that holds it, its monitor, tells nobody anything.
  func holdPorts(of state: ContainerState) throws(NetworkError) -> [SharedDescriptor] {
    guard !state.ports.isEmpty else { return [] }
    do throws(NetworkError) {
      return try HostPorts.hold(state.ports)
    } catch {
      guard case .portUsed = error else { throw error }
      let conflict = try portConflict(state)
      if case .portUsed(_, _, .some) = conflict { throw conflict }
      throw error
    }
  }

  /// Publishes a container's ports and makes its bridges known to the firewall, in one batch.
  func publish(
    _ state: ContainerState, _ steps: [AttachmentPlan.Step], exclusive: Bool
  ) throws(NetworkError) {
    let ports = publishedElements(state)
    let rules = rules(of: steps)
    guard !ports.isEmpty || !rules.isEmpty else { return }
    var isNew = false
    let host = try hostNamespace()
    func change() throws(NetworkError) {
      do throws(SystemError) {
        isNew = try FirewallTable.change(host) { batch in
          for part in rules { batch.addElements(part.set, part.elements) }
          for part in ports { batch.addElements(part.set, part.elements, exclusive: exclusive) }
        }
      } catch {
        guard error.errno == .fileExists else { throw .system(error) }
        throw try portConflict(state)
      }
    }
    do throws(NetworkError) {
      try change()
    } catch {
      // A container that died without taking its ports back.
      guard try releaseDeadHolders(of: state) else { throw error }
      try change()
    }
    // Somebody has emptied the firewall: others lost their rules too.
    if isNew { try reload() }
  }

  func addRules(of steps: [AttachmentPlan.Step]) throws(NetworkError) {
    try changeRules(rules(of: steps))
  }

  func unpublish(_ state: ContainerState) throws(NetworkError) {
    if configuration.isRootless, !hasSharedNamespace { return }
    var own = state
    if !state.isPublished, !state.ports.isEmpty {
      // What another has is not taken from it.
      let others = try states.all().filter { $0.containerID != state.containerID && $0.isPublished }
      own.ports.removeAll { mapping in
        var single = state
        single.ports = [mapping]
        return others.contains { single.firstPort(sharedWith: $0) != nil }
      }
    }
    let ports = publishedElements(own)
    guard !ports.isEmpty else { return }
    let host = try hostNamespace()
    try asNetworkError { () throws(SystemError) in
      try LingeringWork.run { (done) throws(SystemError) in
        try FirewallTable.remove(ports, host, done: done)
      }
    }
  }

  /// The ports lead to the container's first address of each family that is on a bridge.
  func publishedElements(
    _ state: ContainerState
  ) -> [(set: String, elements: [FirewallElement])] {
    guard !state.ports.isEmpty else { return [] }
    var ports = state.ports
    // A user's come in by a device of their own, whatever address of the host was asked.
    if configuration.isRootless {
      for index in ports.indices { ports[index].hostAddress = nil }
    }
    var v4: IPAddress?
    var v6: IPAddress?
    for status in state.statuses {
      guard let network = try? network(status.network), network.driver == "bridge",
        !network.isInternal, network.options?["mode"] != "unmanaged"
      else { continue }
      let addresses = status.addresses.map(\.address.address)
      if v4 == nil { v4 = addresses.first { !$0.isV6 } }
      if v6 == nil { v6 = addresses.first { $0.isV6 } }
    }
    return PublishedPorts(mappings: ports, v4: v4, v6: v6).elements()
  }

  private func rules(
    of steps: [AttachmentPlan.Step]
  ) -> [(set: String, elements: [FirewallElement])] {
    steps.flatMap { NetworkRules(network: $0.network, options: $0.options).elements() }
  }

  private func changeRules(
    _ elements: [(set: String, elements: [FirewallElement])]
  ) throws(NetworkError) {
    guard !elements.isEmpty else { return }
    let host = try hostNamespace()
    _ = try asNetworkError { () throws(SystemError) in
      try FirewallTable.change(host) { batch in
        for part in elements { batch.addElements(part.set, part.elements) }
      }
    }
  }

  /// Which of a container's ports another of ours has.
  private func portConflict(_ state: ContainerState) throws(NetworkError) -> NetworkError {
    for other in try states.all() where other.containerID != state.containerID {
      if let (mapping, port) = state.firstPort(sharedWith: other) {
        let name = other.containerName.isEmpty ? other.containerID : other.containerName
        return .portUsed(mapping, port: port, holder: "container \(name)")
      }
    }
    guard let mapping = state.ports.first else { return .noFreePort }
    return .portUsed(mapping, port: mapping.hostPort, holder: nil)
  }

  /// Takes the ports of dead containers back that have one of this container's; whether there was one.
  private func releaseDeadHolders(of state: ContainerState) throws(NetworkError) -> Bool {
    var found = false
    for other in try states.all()
    where other.containerID != state.containerID && !other.lives
      && state.firstPort(sharedWith: other) != nil
    {
      try tearDown(containerID: other.containerID)
      found = true
    }
    return found
  }
}

extension ContainerState {
  /// A port of the host that both want, with this container's mapping of it.
  fileprivate func firstPort(sharedWith other: ContainerState) -> (PortMapping, UInt16)? {
    for own in ports {
      for theirs in other.ports where own.transport == theirs.transport {
        let addresses = [own.hostAddress, theirs.hostAddress]
          .map { $0.flatMap { $0.isUnspecified ? nil : $0 } }
        guard addresses.contains(nil) || addresses[0] == addresses[1] else { continue }
        let start = max(own.hostPort, theirs.hostPort)
        if UInt32(start) < UInt32(own.hostPort) + UInt32(own.count),
          UInt32(start) < UInt32(theirs.hostPort) + UInt32(theirs.count)
        {
          return (own, start)
        }
      }
    }
    return nil
  }
}
