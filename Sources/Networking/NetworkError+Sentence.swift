extension NetworkError: CustomStringConvertible {
  /// A sentence without `Error:` and full stop.
  public var description: String {
    switch self {
    case .notFound(let name): "unable to find network with name or ID \(name): network not found"
    case .ambiguous(let text):
      "more than one network begins with ID \"\(text)\"; please give more of the id"
    case .exists(let name): "network name \(name) already used: network already exists"
    case .badDefinition(let path, let error):
      "the network file \(path) cannot be used: \(error); please correct or remove it"
    case .invalid(let what, let value, let expected):
      "\(what) \"\(value)\" cannot be used: it has to be \(expected)"
    case .driverUnknown(let driver):
      "unsupported driver \(driver): there are bridge, macvlan and ipvlan: invalid argument"
    case .optionUnknown(let driver, let option):
      "unsupported \(driver) network option \(option)"
    case .conflict(let one, let other): "\(one) and \(other) cannot be used together"
    case .reservedName(let name):
      "cannot create network with name \"\(name)\" because it conflicts with a valid network mode"
    case .gatewayOutside(let gateway, let subnet): "gateway \(gateway) not in subnet \(subnet)"
    case .subnetUsedByNetwork(let subnet, let network):
      "subnet \(subnet) is already used on the host or by another config: network \(network) has it"
    case .subnetUsedByDevice(let subnet, let device):
      "subnet \(subnet) is already used on the host or by another config: device \(device) has it"
    case .noFreeSubnet:
      "no free subnet is left in default_subnet_pools; please give one with --subnet, or remove "
        + "networks that are not needed (podman network prune)"
    case .interfaceUsed(let name, let user):
      "interface name \(name) is already used by \(user)"
    case .defaultNetwork(let name): "default network \(name) cannot be removed"
    case .inUse(let network, let containers):
      "\"\(network)\" has associated containers with it: "
        + containers.map { String($0.prefix(12)) }.joined(separator: ", ")
        + "; use -f to forcibly delete containers and pods: network is being used"
    default: containerSentence
    }
  }

  private var containerSentence: String {
    switch self {
    case .addressOutside(let address, let network):
      "requested static ip \(address) is not an address of a container in network \(network)"
    case .addressUsed(let address, let container):
      "requested ip address \(address) is already allocated to "
        + (container.utf8.count == 64 ? "container \(container.prefix(12))" : container)
    case .noFreeAddress(let subnet, let network):
      "network \(network) has no free address left in \(subnet)"
    case .portUsed(let mapping, let port, let holder):
      "cannot publish \(mapping.hostAddress.map { Self.host($0) + ":" } ?? "")\(port)/"
        + "\(mapping.transport.rawValue): the port is already in use"
        + (holder.map { " by \($0)" } ?? "") + ": address already in use"
    case .notOfHost(let address, let mapping):
      "cannot publish \(Self.host(address)):\(mapping.hostPort)/\(mapping.transport.rawValue): no "
        + "device of the host has the address \(address)"
    case .subnetDisputed(let network, let subnet, let device):
      "network \(network) cannot be used: its subnet \(subnet) is also that of device \(device), which "
        + "would get its containers' packets; remove that device if nothing needs it (ip link delete "
        + "\(device)), or choose another subnet (default_subnet in containers.conf, or network create "
        + "--subnet)"
    case .noFreePort: "no free port of the host was found"
    case .namespaceGone(let path): "the network namespace \(path) is not there"
    case .alreadyJoined(let container, let network):
      "container \(container.prefix(12)) is already connected to network \(network)"
    case .notJoined(let container, let network):
      "container \(container.prefix(12)) is not connected to network \(network)"
    case .parentMissing(let name):
      "parent interface \(name) does not exist; please give one of the host with -o parent=NAME"
    case .noDHCPServer(let network):
      "no DHCP server answers in network \(network); please see that one serves its line, or give the "
        + "network a --subnet"
    case .dhcpOnlyAtStart(let network):
      "network \(network) has its addresses by DHCP: a running container cannot be connected to it; "
        + "please stop it first"
    case .missingProgram(let name, let package):
      "\(name) was not found; please install it (Debian: \(package))"
    case .program(let name, let status, let output):
      "\(name) failed with \(status)" + (output.isEmpty ? "" : ": \(output)")
    case .optionOfMode(let mode, let option): "invalid \(mode) network option \(option)"
    case .serverNotReady(let reason): "the name server podman-dns did not start: \(reason)"
    case .cni(let plugin, let message): "CNI plugin \(plugin): \(message)"
    case .system(let error): "\(error)"
    case .json(let error): "\(error)"
    case .unclean(let error, let cleanUp):
      "\(error); and what was made could not all be undone: "
        + cleanUp.map { "\($0)" }.joined(separator: "; ")
    default: "networks"
    }
  }

  /// As it stands before a port.
  private static func host(_ address: IPAddress) -> String {
    address.isV6 ? "[\(address)]" : "\(address)"
  }
}
