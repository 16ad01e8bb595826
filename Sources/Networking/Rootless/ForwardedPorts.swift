import Firewall
import LinuxSystem
import Netlink
import SystemPackage

/// The published ports of a user's container that is on a bridge: a pasta of its own brings them into
/// the shared namespace, with the addresses of those who ask.
///
/// Its device there has no part in ordinary routing. Connections that come in by it are marked, and
/// answers of the container are routed by that mark: to the same pasta, and not to the one that is the way
/// out for all.
struct ForwardedPorts {
  let containerID: String
  let host: HostNamespace
  let files: HelperFiles

  /// Marks, which are the numbers of routing tables too: this one and those of the same highest byte.
  static let firstMark: UInt32 = 0x5000_0000
  private static let own: [UInt8] = [169, 254, 77, 1]
  private static let gateway: [UInt8] = [169, 254, 77, 2]
  private static let priority: UInt32 = 100

  static func markBytes(_ mark: UInt32) -> [UInt8] { withUnsafeBytes(of: mark) { Array($0) } }

  private var device: String { "pp\(containerID.prefix(12))" }
  private var mark: UInt32 {
    ForwardedPorts.firstMark | (UInt32(containerID.prefix(6), radix: 16) ?? 1)
  }
  private var rule: RoutingRule {
    RoutingRule(
      family: Address.familyV4, priority: ForwardedPorts.priority, table: mark, mark: mark)
  }
  /// The mark of its device, for the firewall.
  var element: (set: String, elements: [FirewallElement]) {
    (
      FirewallTable.Set.uplinks,
      [FirewallElement(deviceName(device), .bytes(ForwardedPorts.markBytes(mark)))]
    )
  }

  /// Takes the ports of the host and brings them in.
  ///
  /// - Parameters:
  ///   - pasta: the program.
  ///   - namespace: the file of the shared namespace.
  func start(_ ports: [PortMapping], pasta: String, namespace: String) throws(NetworkError) {
    try stop()
    try asNetworkError { () throws(SystemError) in try files.makeFolder() }
    var same = ports
    // The firewall knows where a port of the host leads to.
    for index in same.indices { same[index].containerPort = same[index].hostPort }
    let pidFile = "\(files.folder)/\(containerID).forward"
    let options = [
      "-4", "-I", device, "-a", "169.254.77.1", "-n", "24", "-g", "169.254.77.2", "--no-dhcp",
      "-P", pidFile,
    ]
    try Pasta(program: pasta, options: options, ports: same).forward(namespace: namespace)
    try asNetworkError { () throws(SystemError) in
      let text = String(decoding: try readFile(pidFile, limit: 100), as: UTF8.self)
      try? removeFile(pidFile)
      if let id = ProcessID(text.prefix { $0 != "\n" }) { try files.keep(id) }
      try configure()
    }
  }

  private func configure() throws(SystemError) {
    var session = try host.routes()
    let index = try session.link(named: device).index
    let device = self.device
    // Whoever asks may come from anywhere.
    try host.perform { () throws(SystemError) in
      try KernelParameter.set("ipv4/conf/\(device)/rp_filter", "2")
    }
    try session.setUp(true, index)
    try session.add(Address(ForwardedPorts.own, prefixLength: 24), to: index)
    try session.add(
      Route(
        to: [0, 0, 0, 0], prefixLength: 0, gateway: ForwardedPorts.gateway, linkIndex: index,
        table: mark))
    try session.add(rule)
    let element = self.element
    _ = try FirewallTable.change(host) { $0.addElements(element.set, element.elements) }
  }

  /// Gives the ports back; what is not there is no error.
  func stop() throws(NetworkError) {
    try asNetworkError { () throws(SystemError) in
      try files.endHelper()
      var session = try host.routes()
      do throws(SystemError) {
        try session.remove(rule)
      } catch {
        if error.errno != .noSuchFileOrDirectory { throw error }
      }
      try FirewallTable.remove([element], host)
    }
  }
}

extension NetworkService {
  /// The ports of a user's container, forwarded into the shared namespace; nil where there are none.
  func forwardedPorts(_ state: ContainerState) throws(NetworkError) -> ForwardedPorts? {
    guard configuration.isRootless, !state.ports.isEmpty else { return nil }
    return ForwardedPorts(
      containerID: state.containerID, host: try hostNamespace(),
      files: HelperFiles(folder: "\(configuration.runFolder)/helpers", state.containerID))
  }

  func forwardPorts(_ state: ContainerState) throws(NetworkError) {
    guard let forwarded = try forwardedPorts(state) else { return }
    let pasta = try helper("pasta", package: UserModeNetwork.pasta.package)
    try forwarded.start(state.ports, pasta: pasta, namespace: sharedPath)
  }
}
