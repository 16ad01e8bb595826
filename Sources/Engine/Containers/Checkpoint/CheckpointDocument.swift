import JSON
import LinuxSystem
import Networking
import RuntimeSpec

/// `config.dump` of a checkpoint: what podman's own has of a container, and our whole record of it, from
/// which it is made again.
struct CheckpointDocument: JSONObject {
  var id = ""
  var name = ""
  var createCommand: [String] = []
  var imageID = ""
  var imageName = ""
  var rawImageName = ""
  var runtime = ""
  var createdTime = ""
  var checkpointedTime = ""
  var isPrivileged = false
  var shmSize: Int64 = 0
  var logDriver = ""
  var logPath = ""
  var labels: [String: String] = [:]
  var entrypoint: [String] = []
  var command: [String] = []
  var createsNetwork = false
  var ports: [ContainerNetwork.Port] = []
  var dependencies: [String] = []
  /// Absent where another engine made it.
  var record: ContainerRecord?

  static var blank: Self { Self() }

  init() {}

  init(_ record: ContainerRecord) {
    id = record.id
    name = record.name
    createCommand = record.createCommand
    imageID = record.imageID
    imageName = record.imageName
    rawImageName = record.imageName
    runtime = record.runtime
    createdTime = Self.time(record.created)
    checkpointedTime = Timestamp.now().rfc3339
    isPrivileged = record.security.isPrivileged
    shmSize = record.resources.shmSize
    logDriver = record.log.driver
    labels = record.labels
    entrypoint = record.process.entrypoint
    command = record.process.command
    createsNetwork = record.namespaces.network == .private
    ports = record.network.ports
    self.record = record
  }

  private static func time(_ nanoseconds: Int64) -> String {
    Timestamp(
      seconds: nanoseconds / 1_000_000_000, nanoseconds: nanoseconds % 1_000_000_000
    ).rfc3339
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("name", &name)
    try object.member("CreateCommand", &createCommand, standard: [])
    try object.member("rootfsImageID", &imageID, standard: "")
    try object.member("rootfsImageName", &imageName, standard: "")
    try object.member("RawImageName", &rawImageName, standard: "")
    try object.member("runtime", &runtime, standard: "")
    try object.member("createdTime", &createdTime, standard: "")
    try object.member("checkpointedTime", &checkpointedTime, standard: "")
    try object.member("privileged", &isPrivileged, standard: false)
    try object.member("shmSize", &shmSize, standard: 0)
    try object.member("logDriver", &logDriver, standard: "")
    try object.member("logPath", &logPath, standard: "")
    try object.member("labels", &labels, standard: [:])
    try object.member("entrypoint", &entrypoint, standard: [])
    try object.member("command", &command, standard: [])
    try object.member("createNetNS", &createsNetwork, standard: false)
    try object.member("newPortMappings", &ports, standard: [])
    try object.member("Dependencies", &dependencies, standard: [])
    try object.member("engineRecord", &record)
  }
}

/// `network.status` of a checkpoint: for each network the devices with their addresses, as podman's
/// status blocks have them.
struct CheckpointNetworks: JSONValue {
  var statuses: [NetworkStatus]

  init(_ statuses: [NetworkStatus]) { self.statuses = statuses }

  init(from node: JSONNode) throws(JSONError) {
    statuses = []
    for (network, block) in try [String: Block](from: node).sorted(by: { $0.key < $1.key }) {
      for (name, device) in block.interfaces.sorted(by: { $0.key < $1.key }) {
        statuses.append(
          NetworkStatus(
            network: network, interface: name, mac: device.mac, addresses: device.addresses))
      }
    }
  }

  func write(to output: JSONOutput) throws(JSONError) {
    var blocks: [String: Block] = [:]
    for status in statuses {
      var block = blocks[status.network] ?? Block()
      block.interfaces[status.interface] = Device(mac: status.mac, addresses: status.addresses)
      block.dnsServers = status.dnsServers
      block.dnsSearchDomains = status.dnsSearchDomains
      blocks[status.network] = block
    }
    try blocks.write(to: output)
  }

  private struct Block: JSONObject {
    var interfaces: [String: Device] = [:]
    var dnsServers: [IPAddress]?
    var dnsSearchDomains: [String]?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      var devices: [String: Device]? = interfaces
      try object.member("interfaces", &devices)
      interfaces = devices ?? [:]
      try object.member("dns_server_ips", &dnsServers)
      try object.member("dns_search_domains", &dnsSearchDomains)
    }
  }

  private struct Device: JSONObject {
    var mac: MACAddress?
    var addresses: [NetworkStatus.Assigned] = []

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      var subnets: [NetworkStatus.Assigned]? = addresses
      try object.member("subnets", &subnets)
      addresses = subnets ?? []
      try object.member("mac_address", &mac)
    }
  }
}
