/// The file of one network's names that podman-dns reads: a line each, words with blanks between
/// them. `NetworkNames` of NameServer has its form.
struct NameFile {
  private(set) var lines: [String]

  init(_ text: String) { lines = text.split(separator: "\n").map(String.init) }

  /// What the server has to know about the network itself.
  mutating func set(_ network: Network) {
    lines.removeAll { !$0.hasPrefix("container ") }
    // A network without names is there so that the server watches over its ports.
    let listeners = network.isDNSEnabled ? (network.subnets ?? []).compactMap(\.gateway) : []
    var head = ["listen \(words(listeners))"]
    let servers = (network.dnsServers ?? []).compactMap { IPAddress($0) }
    if !servers.isEmpty { head.append("servers \(words(servers))") }
    if network.isInternal { head.append("internal") }
    lines = head + lines
  }

  private func words(_ addresses: [IPAddress]) -> String {
    addresses.map { "\($0)" }.joined(separator: " ")
  }

  /// Enters a container in the place of what was known of it, and of those whose addresses it has now:
  /// they died without taking their names back.
  mutating func add(
    containerID: String, names: [String], addresses: [IPAddress], servers: [IPAddress]
  ) {
    remove(containerID)
    let texts = addresses.map { "\($0)" }
    lines.removeAll { line in
      let words = line.split(separator: " ")
      guard words.count > 2, words[0] == "container" else { return false }
      return words[2].split(separator: ",").contains { texts.contains(String($0)) }
    }
    var seen: Set<String> = []
    let own = names.map { $0.lowercased() }.filter {
      NameFile.isName($0) && seen.insert($0).inserted
    }
    guard !own.isEmpty, !addresses.isEmpty else { return }
    var line =
      "container \(containerID) \(texts.joined(separator: ",")) \(own.joined(separator: ","))"
    if !servers.isEmpty { line += " " + servers.map { "\($0)" }.joined(separator: ",") }
    lines.append(line)
  }

  mutating func remove(_ containerID: String) {
    lines.removeAll { $0.hasPrefix("container \(containerID) ") }
  }

  var hasContainers: Bool { lines.contains { $0.hasPrefix("container ") } }

  var text: String { lines.map { $0 + "\n" }.joined() }

  /// Whether a text can stand among names: nothing that is there ends a word or a line.
  private static func isName(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ",") }
  }
}
