import LinuxSystem
import Netlink
import SystemPackage

extension NetworkService {
  var states: ContainerStates { ContainerStates(runFolder: configuration.runFolder) }

  /// Joins a container to its networks and publishes its ports. What was made until a failure is
  /// undone.
  ///
  /// What an earlier run of the same container has left behind is cleared first.
  public func setUp(_ container: ContainerNetworks) throws(NetworkError) -> NetworkSetup {
    if configuration.usesCNI { return try setUpCNI(container) }
    try tearDown(containerID: container.containerID)
    guard let identity = NetworkNamespace.identity(of: container.namespace) else {
      throw .namespaceGone(container.namespace)
    }
    let plan = try AttachmentPlan(container, networks: networks(of: container))
    try plan.check(container.ports)
    var state = ContainerState(
      containerID: container.containerID, containerName: container.containerName,
      namespace: container.namespace, identity: identity, statuses: [],
      aliases: Dictionary(
        container.attachments.map { ($0.network, $0.aliases) }, uniquingKeysWith: { $0 + $1 }),
      ports: container.ports, dnsServers: container.dnsServers)
    return try undoingOnFailure(container.containerID) { () throws(NetworkError) in
      for step in plan.steps { state.statuses.append(try takeAddresses(step, state)) }
      try states.write(state)
      // A user's ports are taken by the program that forwards them.
      let held = configuration.isRootless ? [] : try holdPorts(of: state)
      let missing = try missingBridges(plan.steps)
      try makeDevices(plan.steps, &state)
      try trust(missing)
      try publish(state, plan.steps, exclusive: true)
      state.isPublished = true
      try forwardPorts(state)
      try addNames(state, plan.steps)
      try states.write(state)
      return NetworkSetup(
        statuses: state.statuses, heldPorts: held,
        secondsToRenewal: Self.secondsToRenewal(state))
    }
  }

  /// Takes back all that a container has: ports, names, leases. Its devices go with its namespace.
  /// A container that has nothing is no error.
  public func tearDown(containerID: String) throws(NetworkError) {
    try tearDownUserMode(containerID: containerID)
    guard let state = try states.read(containerID) else { return }
    if configuration.usesCNI { return try tearDownCNI(state) }
    var failures: [NetworkError] = []
    func attempt(_ body: () throws(NetworkError) -> Void) {
      do throws(NetworkError) { try body() } catch { failures.append(error) }
    }
    attempt { () throws(NetworkError) in try unpublish(state) }
    for status in state.statuses { releaseLease(status, of: state) }
    if !configuration.isRootless || hasSharedNamespace {
      attempt { () throws(NetworkError) in try forwardedPorts(state)?.stop() }
    }
    attempt { () throws(NetworkError) in
      try removeNames(containerID, networks: state.statuses.map(\.network))
    }
    for status in state.statuses {
      attempt { () throws(NetworkError) in try giveBack(status, of: containerID) }
    }
    // The last step: until here a later tear-down can begin anew.
    if failures.isEmpty {
      attempt { () throws(NetworkError) in
        try asNetworkError { () throws(SystemError) in try states.remove(containerID) }
        try removeIdleSharedNamespace()
      }
    }
    if let first = failures.first {
      throw failures.count == 1
        ? first : .unclean(first, cleanUp: Array(failures.dropFirst()))
    }
  }

  /// Joins a running container to one more network, and returns what it has got there.
  public func connect(
    containerID: String, _ attachment: NetworkAttachment
  ) throws(NetworkError) -> NetworkStatus {
    guard var state = try states.read(containerID) else {
      throw .notJoined(container: containerID, network: attachment.network)
    }
    guard state.lives else { throw .namespaceGone(state.namespace) }
    if state.statuses.contains(where: { $0.network == attachment.network }) {
      throw .alreadyJoined(container: containerID, network: attachment.network)
    }
    let network = try network(attachment.network)
    // Who would renew the lease is told so when it starts the container.
    guard network.addressSource != .dhcp else { throw .dhcpOnlyAtStart(network: network.name) }
    let present = state.statuses.map(\.interface)
    let step = try AttachmentPlan.step(attachment, network, avoiding: present)
    let before = state
    var status = try takeAddresses(step, state)
    do throws(NetworkError) {
      state.statuses.append(status)
      state.aliases[network.name] = attachment.aliases
      try states.write(state)
      var single = state
      single.statuses = [status]
      let missing = try missingBridges([step])
      try makeDevices([step], &single)
      try trust(missing)
      status = single.statuses.first ?? status
      state.statuses[state.statuses.count - 1] = status
      try addRules(of: [step])
      try addNames(single, [step])
      try states.write(state)
      return status
    } catch {
      var failures: [NetworkError] = []
      do throws(NetworkError) { try leave(status, state) } catch { failures.append(error) }
      do throws(NetworkError) { try states.write(before) } catch { failures.append(error) }
      throw failures.isEmpty ? error : .unclean(error, cleanUp: failures)
    }
  }

  /// Takes a running container out of one of its networks.
  public func disconnect(containerID: String, network name: String) throws(NetworkError) {
    guard var state = try states.read(containerID),
      let position = state.statuses.firstIndex(where: { $0.network == name })
    else { throw .notJoined(container: containerID, network: name) }
    let status = state.statuses[position]
    let oldPorts = publishedElements(state)
    try leave(status, state)
    state.statuses.remove(at: position)
    state.aliases[name] = nil
    state.leases[name] = nil
    try states.write(state)
    // The ports may lead to another of its addresses from now on.
    let newPorts = publishedElements(state)
    if oldPorts.map(\.elements) != newPorts.map(\.elements) {
      let host = try hostNamespace()
      try asNetworkError { () throws(SystemError) in try FirewallTable.remove(oldPorts, host) }
      try publish(state, [], exclusive: true)
    }
  }

  /// What a container has of its networks now; empty if it has none.
  public func statuses(containerID: String) throws(NetworkError) -> [NetworkStatus] {
    try states.read(containerID)?.statuses ?? []
  }

  /// The containers that are in a network now, by id, each with its status there.
  public func members(
    ofNetwork name: String
  ) throws(NetworkError) -> [(containerID: String, containerName: String, status: NetworkStatus)] {
    try states.all().flatMap { state in
      state.lives
        ? state.statuses.filter { $0.network == name }
          .map { (state.containerID, state.containerName, $0) } : []
    }
  }

  // MARK: Steps

  private func networks(of container: ContainerNetworks) throws(NetworkError) -> [Network] {
    var result: [Network] = []
    for attachment in container.attachments { result.append(try network(attachment.network)) }
    return result
  }

  private func undoingOnFailure(
    _ containerID: String, _ body: () throws(NetworkError) -> NetworkSetup
  ) throws(NetworkError) -> NetworkSetup {
    do throws(NetworkError) {
      return try body()
    } catch {
      let failure = error
      do throws(NetworkError) {
        // The namespace may be tried again with other networks.
        if let state = try states.read(containerID), state.lives {
          for status in state.statuses { try removeDevice(status, state) }
        }
        try tearDown(containerID: containerID)
      } catch {
        throw .unclean(failure, cleanUp: [error])
      }
      throw failure
    }
  }

  private func takeAddresses(
    _ step: AttachmentPlan.Step, _ state: ContainerState
  ) throws(NetworkError) -> NetworkStatus {
    let attachment = step.attachment
    var status = NetworkStatus(
      network: step.network.name, interface: step.interface,
      mac: attachment.staticMAC ?? (step.network.driver == "ipvlan" ? nil : .random))
    switch step.network.addressSource {
    case .hostLocal:
      status.addresses = try Leases(folder: configuration.runFolder, network: step.network.name)
        .take(
          of: step.network.subnets ?? [], wanted: attachment.staticAddresses,
          for: .init(
            containerID: state.containerID, namespace: state.namespace, identity: state.identity))
    case .dhcp, .none:
      if let address = attachment.staticAddresses.first {
        throw .addressOutside(address, network: step.network.name)
      }
    }
    if step.network.isDNSEnabled, configuration.nameServerProgram != nil {
      status.dnsServers = status.addresses.compactMap(\.gateway)
      status.dnsSearchDomains = ["dns.podman"]
    }
    return status
  }

  /// Makes the devices of the steps; `state` learns their hardware addresses.
  private func makeDevices(
    _ steps: [AttachmentPlan.Step], _ state: inout ContainerState
  ) throws(NetworkError) {
    let path = state.namespace
    let namespace = try asNetworkError { () throws(SystemError) in
      SharedDescriptor(try openFile(path, [.readOnly]))
    }
    var statuses = state.statuses
    let hasV6 = statuses.contains { $0.addresses.contains { $0.address.isV6 } }
    let place = try hostNamespace()
    var failure: NetworkError?
    try asNetworkError { () throws(SystemError) in
      var host = try place.routes()
      var inside = try NetworkNamespace.session(in: namespace.lent)
      if hasV6 {
        // Addresses count at once, and only ours do.
        try NamespaceVisit.perform(in: namespace.lent) { () throws(SystemError) in
          try KernelParameter.set("ipv6/conf/default/accept_dad", "0")
          try KernelParameter.set("ipv6/conf/default/autoconf", "0")
        }
      }
      for (position, step) in steps.enumerated() {
        var device = ContainerDevice(
          network: step.network, options: step.options, namespace: namespace.lent,
          status: statuses[position])
        try device.make(&host, from: place)
        if step.network.addressSource == .dhcp {
          guard
            let lease = try lease(for: device, &inside, &host, hostName: state.containerName)
          else {
            failure = .noDHCPServer(network: step.network.name)
            return
          }
          state.leases[step.network.name] = lease
          lease.apply(to: &statuses[position])
          device.status = statuses[position]
        }
        statuses[position].mac = try device.configure(&inside, &host)
        guard step.network.driver == "bridge" else { continue }
        let bridge = BridgeDevice(network: step.network, options: step.options)
        for assigned in statuses[position].addresses {
          let address = assigned.address
          if let rival = try bridge.rival(for: address.address, &host) {
            failure = .subnetDisputed(
              network: step.network.name, address.network, device: rival)
          }
        }
      }
    }
    if let failure { throw failure }
    state.statuses = statuses
  }

  /// Takes a living container's device, names and leases of a network away.
  private func leave(_ status: NetworkStatus, _ state: ContainerState) throws(NetworkError) {
    try removeNames(state.containerID, networks: [status.network])
    releaseLease(status, of: state)
    if state.lives { try removeDevice(status, state) }
    try giveBack(status, of: state.containerID)
  }

  private func removeDevice(
    _ status: NetworkStatus, _ state: ContainerState
  ) throws(NetworkError) {
    try asNetworkError { () throws(SystemError) in
      let namespace = try openFile(state.namespace, [.readOnly])
      var inside = try NetworkNamespace.session(in: namespace.lent)
      do throws(SystemError) {
        try inside.deleteLink(named: status.interface)
      } catch {
        if error.errno != .noSuchDevice { throw error }
      }
    }
  }

  private func giveBack(_ status: NetworkStatus, of containerID: String) throws(NetworkError) {
    try asNetworkError { () throws(SystemError) in
      try Leases(folder: configuration.runFolder, network: status.network).giveBack(
        status.addresses.map(\.address.address), by: containerID)
    }
  }

  // MARK: Where

  /// Where the bridges are.
  func hostNamespace() throws(NetworkError) -> HostNamespace {
    configuration.isRootless ? try sharedNamespace() : HostNamespace(file: nil)
  }

  func removeBridge(of network: Network) throws(NetworkError) {
    guard network.driver == "bridge" else { return }
    // A user's bridges may never have been made.
    if configuration.isRootless, !hasSharedNamespace { return }
    let options = try? NetworkOptions(network)
    let host = try hostNamespace()
    try asNetworkError { () throws(SystemError) in
      // Where nothing was ever set up, each rule that is not there would cost the kernel 10 ms.
      guard try BridgeDevice.exists(network, in: host) else { return }
      if let options {
        try FirewallTable.remove(
          NetworkRules(network: network, options: options).elements(), host)
      }
      try BridgeDevice.remove(network, from: host)
    }
  }
}

func asNetworkError<Result>(
  _ body: () throws(SystemError) -> Result
) throws(NetworkError) -> Result {
  do throws(SystemError) {
    return try body()
  } catch {
    throw .system(error)
  }
}
