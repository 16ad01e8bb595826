import LinuxSystem
import SystemPackage

/// slirp4netns(1): a network of its own behind a TCP/IP stack in user space. Its process lives until
/// it is ended: `HelperFiles` remembers it.
struct Slirp4netns {
  let program: String
  /// Those of `--network slirp4netns:…`, by podman's names.
  let options: [String]
  let ports: [PortMapping]

  private struct Settings {
    var network = "10.0.2.0/24"
    var mtu = 65520
    var allowsHostLoopback = false
    var hasV6 = true
    var outboundAddresses: [String] = []
  }

  func start(namespace: String, _ files: HelperFiles) throws(NetworkError) -> UserModeSetup {
    let settings = try settings()
    guard let subnet = Subnet(settings.network)?.network,
      subnet.hosts.contains(subnet.first) == false
    else { throw .optionOfMode(mode: "slirp4netns", option: "cidr=\(settings.network)") }
    var launch = ProgramLaunch(
      program, [program] + arguments(settings, namespace: namespace, socket: files.socket))
    launch.startsSession = true
    try asNetworkError { () throws(SystemError) in
      try files.makeFolder()
      try? removeFile(files.socket)
      try run(&launch, files)
    }
    for mapping in ports { try publish(mapping, subnet, files.socket) }
    func address(_ offset: UInt64) -> IPAddress? { subnet.first.advanced(by: offset) }
    var status = NetworkStatus(network: "slirp4netns", interface: "tap0", mac: nil)
    if let own = address(100), let assigned = Subnet(own, subnet.prefixLength) {
      status.addresses.append(.init(address: assigned, gateway: address(2)))
    }
    return UserModeSetup(
      status: status, hostAddress: address(2), dnsServers: [address(3)].compactMap { $0 })
  }

  private func settings() throws(NetworkError) -> Settings {
    var settings = Settings()
    for option in options {
      let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : ""
      switch (parts[0], value) {
      case ("cidr", _): settings.network = value
      case ("mtu", _):
        guard let mtu = Int(value), (68...65521).contains(mtu) else {
          throw .optionOfMode(mode: "slirp4netns", option: option)
        }
        settings.mtu = mtu
      case ("allow_host_loopback", "true"), ("allow_host_loopback", "false"):
        settings.allowsHostLoopback = value == "true"
      case ("enable_ipv6", "true"), ("enable_ipv6", "false"): settings.hasV6 = value == "true"
      case ("outbound_addr", _): settings.outboundAddresses += ["--outbound-addr", value]
      case ("outbound_addr6", _): settings.outboundAddresses += ["--outbound-addr6", value]
      // Ports are always slirp4netns's own, which keeps the clients' addresses.
      case ("port_handler", "slirp4netns"), ("port_handler", "rootlesskit"): break
      default: throw .optionOfMode(mode: "slirp4netns", option: option)
      }
    }
    return settings
  }

  private func arguments(
    _ settings: Settings, namespace: String, socket: String
  ) -> [String] {
    var arguments = ["-c", "-r", "3", "--mtu", "\(settings.mtu)", "--enable-sandbox"]
    arguments.append("--enable-seccomp")
    if !settings.allowsHostLoopback { arguments.append("--disable-host-loopback") }
    if settings.hasV6 { arguments.append("--enable-ipv6") }
    if settings.network != Settings().network { arguments += ["--cidr", settings.network] }
    arguments += settings.outboundAddresses
    return arguments + ["--api-socket", socket, "--netns-type", "path", namespace, "tap0"]
  }

  /// Starts it and waits until it says that it is ready.
  private func run(_ launch: inout ProgramLaunch, _ files: HelperFiles) throws(SystemError) {
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else { return }
    let null = try openFile("/dev/null", [.readWrite])
    launch.descriptors = [0: null.lent, 1: null.lent, 2: null.lent, 3: writing.lent]
    let process = try launch.start()
    try writing.close()
    try files.keep(process.id)
    guard try reading.lent.isReadable(within: 5000),
      try !reading.lent.readSome(limit: 1, subject: "slirp4netns").isEmpty
    else {
      try? process.send(.kill)
      throw SystemError("start", "slirp4netns", .timedOut)
    }
  }

  /// Asks its socket to forward a port (slirp4netns(1), API SOCKET).
  private func publish(
    _ mapping: PortMapping, _ subnet: Subnet, _ socket: String
  ) throws(NetworkError) {
    guard mapping.transport != .sctp else {
      throw .optionOfMode(mode: "slirp4netns", option: "--publish \(mapping.hostPort)/sctp")
    }
    for step in 0..<max(mapping.count, 1) {
      let request =
        "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"\(mapping.transport.rawValue)\","
        + "\"host_addr\":\"\(mapping.hostAddress.map { "\($0)" } ?? "0.0.0.0")\","
        + "\"host_port\":\(mapping.hostPort &+ step),"
        + "\"guest_port\":\(mapping.containerPort &+ step)}}"
      let answer = try asNetworkError { () throws(SystemError) in
        let connection = try UnixSocket.connect(.stream, to: socket)
        try connection.lent.writeAll(request, subject: socket)
        return String(
          decoding: try connection.lent.readSome(limit: 4096, subject: socket), as: UTF8.self)
      }
      if answer.contains("\"error\"") {
        throw .portUsed(mapping, port: mapping.hostPort &+ step, holder: nil)
      }
    }
  }
}
