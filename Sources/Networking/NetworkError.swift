public import JSON
public import LinuxSystem

/// Why something about networks cannot be done.
public enum NetworkError: Error, Sendable {
  // Definitions
  case notFound(String)
  /// Several networks' ids begin with the text.
  case ambiguous(String)
  case exists(String)
  /// The file of a network cannot be used; others are not touched by it.
  case badDefinition(path: String, JSONError)
  /// A value that was given, and what it has to be.
  case invalid(what: String, value: String, expected: String)
  case driverUnknown(String)
  case optionUnknown(driver: String, option: String)
  /// Two options that exclude each other, or one that lacks another.
  case conflict(String, String)
  /// A name that means a mode where a network's may stand.
  case reservedName(String)
  case gatewayOutside(IPAddress, Subnet)
  case subnetUsedByNetwork(Subnet, network: String)
  case subnetUsedByDevice(Subnet, device: String)
  case noFreeSubnet
  case interfaceUsed(String, by: String)
  case defaultNetwork(String)
  /// Containers that use the network.
  case inUse(network: String, containers: [String])

  // Containers
  case addressOutside(IPAddress, network: String)
  case addressUsed(IPAddress, container: String)
  case noFreeAddress(Subnet, network: String)
  /// A port of the host is somebody's: `holder` names whom, where that can be known.
  case portUsed(PortMapping, port: UInt16, holder: String?)
  case noFreePort
  /// No device of the host has the address that a port is to be published on.
  case notOfHost(IPAddress, PortMapping)
  /// A device that is not the network's has addresses of it: the host's packets go there.
  case subnetDisputed(network: String, Subnet, device: String)
  case namespaceGone(String)
  case alreadyJoined(container: String, network: String)
  case notJoined(container: String, network: String)
  case parentMissing(network: String)
  case noDHCPServer(network: String)
  case dhcpOnlyAtStart(network: String)
  /// The mode (`--network pasta`) lacks its program.
  case missingProgram(name: String, package: String)
  /// A program that was run failed, with what it said.
  case program(name: String, status: String, output: String)
  case optionOfMode(mode: String, option: String)
  case serverNotReady(String)
  case cni(plugin: String, message: String)

  case system(SystemError)
  case json(JSONError)
  /// The first failure, and those of undoing what was done until then.
  indirect case unclean(NetworkError, cleanUp: [NetworkError])
}
