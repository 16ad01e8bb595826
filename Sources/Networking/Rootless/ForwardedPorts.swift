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
  /// The two ends of its line: the device's own address, and that of pasta.
  private struct Line {
    var own: [UInt8]
    var gateway: [UInt8]
    var prefixLength: UInt8
  }

  private var lines: [Line] {
    // The prefix is this container's alone, so that packets to it find its device.
    let prefix: [UInt8] =
      [0xFD, 0x77, 0x70, 0x61] + ForwardedPorts.markBytes(mark.bigEndian)
      + [UInt8](repeating: 0, count: 7)
    return [
      Line(own: [169, 254, 77, 1], gateway: [169, 254, 77, 2], prefixLength: 24),
      Line(own: prefix + [1], gateway: prefix + [2], prefixLength: 64),
    ]
  }
  private static let priority: UInt32 = 100

  static func markBytes(_ mark: UInt32) -> [UInt8] { withUnsafeBytes(of: mark) { Array($0) } }

  private var device: String { "pp\(containerID.prefix(12))" }
  private var mark: UInt32 {
    ForwardedPorts.firstMark | (UInt32(containerID.prefix(6), radix: 16) ?? 1)
  }
  private func rule(isV6: Bool) -> RoutingRule {
    RoutingRule(
      family: isV6 ? Address.familyV6 : Address.familyV4, priority: ForwardedPorts.priority,
      table: mark, mark: mark)
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
    var options = ["-I", device, "-n", "24", "--no-dhcp", "--no-dhcpv6", "--no-ra", "-P", pidFile]
    for line in lines {
      guard let own = IPAddress(bytes: line.own), let gateway = IPAddress(bytes: line.gateway)
      else {
        continue
      }
      options += ["-a", "\(own)", "-g", "\(gateway)"]
    }
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
      // pasta takes even the unspecified source of the packets before an address counts for the device's.
      if KernelParameter.exists("ipv6/conf/\(device)/accept_dad") {
        try KernelParameter.set("ipv6/conf/\(device)/accept_dad", "0")
      }
    }
    try session.setUp(true, index)
    for line in lines {
      try session.add(Address(line.own, prefixLength: line.prefixLength), to: index)
      let everywhere = [UInt8](repeating: 0, count: line.own.count)
      try session.add(
        Route(
          to: everywhere, prefixLength: 0, gateway: line.gateway, linkIndex: index, table: mark))
      try session.add(rule(isV6: line.own.count == 16))
    }
    for line in lines where line.own.count == 16 { try showAddress(of: line) }
    let element = self.element
    _ = try FirewallTable.change(host) { $0.addElements(element.set, element.elements) }
  }

  /// Lets pasta see the device's IPv6 address: before, it would send to none. To the port of discard.
  private func showAddress(of line: Line) throws(SystemError) {
    try host.perform { () throws(SystemError) in
      let socket = try InternetSocket.bind(.udp, to: .init(address: line.own, port: 0))
      try InternetSocket.send([0], from: socket.lent, to: .init(address: line.gateway, port: 9))
    }
  }

  /// Gives the ports back; what is not there is no error.
  func stop() throws(NetworkError) {
    try asNetworkError { () throws(SystemError) in
      try files.endHelper()
      var session = try host.routes()
      for isV6 in [false, true] {
        do throws(SystemError) {
          try session.remove(rule(isV6: isV6))
        } catch {
          if error.errno != .noSuchFileOrDirectory { throw error }
        }
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
