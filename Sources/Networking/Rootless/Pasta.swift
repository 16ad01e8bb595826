import LinuxSystem
import Netlink
import SystemPackage

/// pasta(1): the host's own addresses inside the namespace, translated by sockets. It leaves a process
/// behind that ends with the namespace.
struct Pasta {
  let program: String
  /// Those of `--network pasta:…`, as pasta itself has them.
  let options: [String]
  let ports: [PortMapping]

  /// Where the container reaches the host's first name server, and the host.
  static let dnsAddress = "169.254.1.1"
  static let hostAddress = "169.254.1.2"

  func start(namespace: String) throws(NetworkError) -> UserModeSetup {
    let arguments = try arguments(namespace: namespace)
    var mapsHost = !options.contains("--map-guest-addr") && !options.contains("--map-gw")
    var result = try run(arguments + (mapsHost ? ["--map-guest-addr", Pasta.hostAddress] : []))
    // Debian 12's does not know that option.
    if mapsHost, result.status != .exited(0), result.errors.contains("option") {
      mapsHost = false
      result = try run(arguments)
    }
    try check(result)
    let status = try asNetworkError { () throws(SystemError) in
      try NetworkStatus(seenIn: namespace, network: "pasta")
    }
    return UserModeSetup(
      status: status, hostAddress: mapsHost ? IPAddress(Pasta.hostAddress) : nil,
      dnsServers: usesOwnDNS ? [] : [IPAddress(Pasta.dnsAddress)].compactMap { $0 })
  }

  /// Brings ports into a namespace, and does nothing else to it.
  func forward(namespace: String) throws(NetworkError) {
    let arguments = try arguments(namespace: namespace).filter { $0 != "--config-net" }
    try check(try run(arguments))
  }

  private func check(_ result: FinishedProgram) throws(NetworkError) {
    guard result.status != .exited(0) else { return }
    if result.errors.contains("bind"), !result.errors.contains("ermission"),
      let mapping = ports.first(where: { result.errors.contains("\($0.hostPort)") })
    {
      throw .portUsed(mapping, port: mapping.hostPort, holder: nil)
    }
    // Behind the first reason it may tell all of its options, and what the system's log said to it.
    let reason = result.errors.split(separator: "; ").first { !$0.contains("to syslog") }
    throw .program(
      name: "pasta", status: "status \(result.status.shellStatus)", output: String(reason ?? ""))
  }

  private var usesOwnDNS: Bool {
    options.contains("--dns-forward") || options.contains { $0.hasPrefix("--dns-forward=") }
  }

  private func run(_ arguments: [String]) throws(NetworkError) -> FinishedProgram {
    let program = self.program
    return try asNetworkError { () throws(SystemError) in
      try FinishedProgram(program, arguments)
    }
  }

  /// The user's options come last; what they say is not said again by us.
  func arguments(namespace: String) throws(NetworkError) -> [String] {
    var arguments = ["--config-net"]
    for (option, transport) in [("-t", PortMapping.TransportProtocol.tcp), ("-u", .udp)] {
      let own = ports.filter { $0.transport == transport }.map(Pasta.specification)
      arguments += own.flatMap { [option, $0] }
      let longOption = transport == .tcp ? "--tcp-ports" : "--udp-ports"
      if own.isEmpty, !says([option, longOption]) { arguments += [option, "none"] }
    }
    if let mapping = ports.first(where: { $0.transport == .sctp }) {
      throw .optionOfMode(
        mode: "pasta", option: "--publish \(mapping.hostPort)/sctp: pasta has tcp and udp")
    }
    if !says(["-T", "--tcp-ns"]) { arguments += ["-T", "none"] }
    if !says(["-U", "--udp-ns"]) { arguments += ["-U", "none"] }
    if !usesOwnDNS { arguments += ["--dns-forward", Pasta.dnsAddress] }
    if !says(["--map-gw"]) { arguments.append("--no-map-gw") }
    return arguments + ["--quiet", "--netns", namespace] + options.filter { $0 != "--map-gw" }
  }

  private func says(_ names: [String]) -> Bool {
    options.contains { option in
      names.contains { option == $0 || option.hasPrefix("\($0)=") }
    }
  }

  /// `127.0.0.1/8080-8081:80-81`.
  private static func specification(_ mapping: PortMapping) -> String {
    func range(_ first: UInt16) -> String {
      mapping.count > 1 ? "\(first)-\(UInt32(first) + UInt32(mapping.count) - 1)" : "\(first)"
    }
    let address = mapping.hostAddress.map { "\($0)/" } ?? ""
    return "\(address)\(range(mapping.hostPort)):\(range(mapping.containerPort))"
  }
}

extension NetworkStatus {
  /// What a namespace has, looked at from inside: its first device beside the loopback one.
  init(seenIn namespace: String, network: String) throws(SystemError) {
    let file = try openFile(namespace, [.readOnly])
    var inside = try NetworkNamespace.session(in: file.lent)
    let link = try inside.links().first { $0.index != Link.loopbackIndex && $0.isUp }
    self.init(
      network: network, interface: link?.name ?? "",
      mac: link.flatMap {
        MACAddress(bytes: $0.hardwareAddress)
      })
    guard let link else { return }
    let defaults = try inside.routes().filter { $0.prefixLength == 0 && $0.gateway != nil }
    for address in try inside.addresses(of: link.index) where address.isGlobal {
      guard let ip = IPAddress(bytes: address.local),
        let own = Subnet(ip, Int(address.prefixLength))
      else { continue }
      let gateway = defaults.first { $0.family == address.family }?.gateway
      addresses.append(
        .init(address: own, gateway: gateway.flatMap { IPAddress(bytes: $0) }))
    }
  }
}
