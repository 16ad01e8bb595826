/// All networks' names, and who may see which.
struct NameTable {
  private var networks: [String: NetworkNames]
  /// By each address of a container: all networks that it is in.
  private var membership: [[UInt8]: [String]] = [:]
  /// Every name of any network.
  private var known: Set<String> = []
  /// By network and name.
  private var addresses: [String: [String: [[UInt8]]]] = [:]

  /// The domain that all names are in, too.
  static let domain = ["dns", "podman"]

  init(_ networks: [String: NetworkNames]) {
    self.networks = networks
    var networksOfContainers: [String: [String]] = [:]
    for (network, names) in networks.sorted(by: { $0.key < $1.key }) {
      for container in names.containers {
        networksOfContainers[container.id, default: []].append(network)
      }
    }
    for (network, names) in networks {
      for container in names.containers {
        for address in container.addresses {
          membership[address] = networksOfContainers[container.id]
        }
        for name in container.names {
          known.insert(name)
          addresses[network, default: [:]][name, default: []] += container.addresses
        }
      }
    }
  }

  var isEmpty: Bool { networks.values.allSatisfy { $0.containers.isEmpty } }

  /// Where servers answer: each address with its network.
  var listeners: [[UInt8]: String] {
    var result: [[UInt8]: String] = [:]
    for (network, names) in networks where !names.containers.isEmpty {
      for address in names.listeners { result[address] = network }
    }
    return result
  }

  /// What becomes of a question.
  enum Outcome: Equatable {
    case answer(DNSAnswer)
    /// Others are asked, the first of these that answers; without any, the host's servers.
    case forward([[UInt8]])
  }

  /// Answers a question.
  ///
  /// - Parameters:
  ///   - asker: 4 or 16 bytes: a container sees the names of all its networks.
  ///   - listener: the network whose server was asked.
  func outcome(of query: DNSQuery, from asker: [UInt8], listener: String) -> Outcome {
    let visible = membership[asker] ?? [listener]
    if query.kind == .ptr, let address = Self.reversed(query.labels) {
      let names = pointers(address, in: visible)
      if !names.isEmpty { return .answer(DNSAnswer(records: names.map { .pointer($0) })) }
    }
    var labels = query.labels
    let isOurs = labels.count > 2 && labels.suffix(2).elementsEqual(Self.domain)
    if isOurs { labels.removeLast(2) }
    let name = labels.joined(separator: ".")
    if known.contains(name) {
      let found = visible.flatMap { addresses[$0]?[name] ?? [] }
      // A name of somebody else's network is none here, and nobody outside hears of it.
      if found.isEmpty { return .answer(DNSAnswer(code: .noSuchName)) }
      return .answer(DNSAnswer(records: Self.records(found, query.kind)))
    }
    // A name without a dot could only be a container's: outside it would tell what we look for.
    if isOurs || labels.count <= 1 { return .answer(DNSAnswer(code: .noSuchName)) }
    return forward(asker, visible)
  }

  private func forward(_ asker: [UInt8], _ visible: [String]) -> Outcome {
    let own = visible.compactMap { networks[$0] }
    if own.allSatisfy(\.isInternal) { return .answer(DNSAnswer(code: .noSuchName)) }
    for network in own {
      let container = network.containers.first { $0.addresses.contains(asker) }
      if let servers = container?.servers, !servers.isEmpty { return .forward(servers) }
    }
    return .forward(own.filter { !$0.isInternal }.flatMap(\.servers))
  }

  private static func records(
    _ addresses: [[UInt8]], _ kind: DNSQuery.Kind
  ) -> [DNSAnswer.Record] {
    var fitting: [[UInt8]] = []
    for address in addresses where !fitting.contains(address) {
      if kind == .any || (kind == .a && address.count == 4)
        || (kind == .aaaa && address.count == 16)
      {
        fitting.append(address)
      }
    }
    // Several containers of one alias share the load.
    if fitting.count > 1 { fitting.shuffle() }
    return fitting.map { .address($0) }
  }

  private func pointers(_ address: [UInt8], in visible: [String]) -> [String] {
    visible.flatMap { networks[$0]?.containers ?? [] }
      .filter { $0.addresses.contains(address) }.flatMap(\.names)
  }

  /// The address that a name of in-addr.arpa or ip6.arpa stands for.
  static func reversed(_ labels: [String]) -> [UInt8]? {
    guard labels.last == "arpa" else { return nil }
    switch labels.dropLast().last {
    case "in-addr" where labels.count == 6:
      let bytes = labels.prefix(4).reversed().compactMap { UInt8($0) }
      return bytes.count == 4 ? bytes : nil
    case "ip6" where labels.count == 34:
      let digits = labels.prefix(32).reversed().compactMap { label in
        label.utf8.count == 1 ? UInt8(label, radix: 16) : nil
      }
      guard digits.count == 32 else { return nil }
      return stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    default: return nil
    }
  }
}
