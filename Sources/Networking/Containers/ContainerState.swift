import JSON
import LinuxSystem
import SystemPackage

/// What a container has of its networks: written before anything is made, so that whoever comes
/// later can take it back, and kept until that is done.
struct ContainerState: Equatable {
  var containerID: String
  var containerName: String
  var namespace: String
  /// `NetworkNamespace.identity` when it was set up.
  var identity: UInt64
  var statuses: [NetworkStatus]
  /// By network: names beside the container's own.
  var aliases: [String: [String]]
  var ports: [PortMapping]
  /// Whether the ports are this container's for certain: until then another may have one of them.
  var isPublished = false
  var dnsServers: [IPAddress]
  /// By network: what DHCP servers have lent.
  var leases: [String: DHCPLease] = [:]

  var lives: Bool { NetworkNamespace.identity(of: namespace) == identity }
}

extension ContainerState: JSONObject {
  static var blank: ContainerState {
    ContainerState(
      containerID: "", containerName: "", namespace: "", identity: 0, statuses: [], aliases: [:],
      ports: [], dnsServers: [])
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &containerID)
    try object.member("name", &containerName)
    try object.member("namespace", &namespace)
    try object.member("identity", &identity)
    try object.member("networks", &statuses)
    try object.member("aliases", &aliases)
    try object.member("ports", &ports)
    try object.member("published", &isPublished)
    try object.member("dns_servers", &dnsServers)
    try object.member("leases", &leases, standard: [:])
  }
}

extension PortMapping.TransportProtocol: JSONValue {}

/// podman's members of a port mapping.
extension PortMapping: JSONObject {
  public static var blank: PortMapping { PortMapping(hostPort: 0, containerPort: 0) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("host_ip", &hostAddress)
    try object.member("container_port", &containerPort)
    try object.member("host_port", &hostPort)
    try object.member("range", &count)
    try object.member("protocol", &transport)
  }
}

/// The folder of all containers' states: `ID.json` each.
struct ContainerStates {
  let folder: String

  init(runFolder: String) { folder = "\(runFolder)/containers" }

  func read(_ containerID: String) throws(NetworkError) -> ContainerState? {
    guard isContainerID(containerID) else { return nil }
    let path = "\(folder)/\(containerID).json"
    let text: [UInt8]
    do throws(SystemError) {
      text = try readFile(path, limit: 1 << 20)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw .system(error)
    }
    do throws(JSONError) {
      return try JSONReader().read(ContainerState.self, from: text)
    } catch {
      throw .badDefinition(path: path, error)
    }
  }

  /// All that can be read: a broken one is its container's trouble only.
  func all() throws(NetworkError) -> [ContainerState] {
    let names: [String]
    do throws(SystemError) {
      let directory = try openFile(folder, [.readOnly, .directory])
      names = try directory.lent.entryNames()
    } catch {
      if error.errno == .noSuchFileOrDirectory { return [] }
      throw .system(error)
    }
    return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
      .compactMap { name in (try? read(String(name.dropLast(5)))) ?? nil }
  }

  func write(_ state: ContainerState) throws(NetworkError) {
    guard isContainerID(state.containerID) else {
      throw .invalid(
        what: "container id", value: state.containerID, expected: "letters, digits, - and _")
    }
    do {
      let text = try JSONWriter().write(state)
      try makeDirectories(folder, mode: 0o700)
      let directory = try openFile(folder, [.readOnly, .directory])
      try directory.lent.replaceFile("\(state.containerID).json", contents: text, mode: 0o600)
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as JSONError {
      throw .json(error)
    } catch {
      throw .system(SystemError("write", folder, .ioError))
    }
  }

  func remove(_ containerID: String) throws(SystemError) {
    do throws(SystemError) {
      try removeFile("\(folder)/\(containerID).json")
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
    }
  }
}

/// A container's id is part of paths: nothing in it may lead elsewhere.
func isContainerID(_ text: String) -> Bool {
  (1...128).contains(text.utf8.count)
    && text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
}
