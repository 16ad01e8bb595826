/// The proxies that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in capital or small
/// letters.
struct ProxyEnvironment {
  let environment: [String: String]

  /// The proxy for an address; nil for none. This machine itself is never reached through one.
  func proxy(for address: WebAddress) -> String? {
    let isLocal = ["localhost", "[::1]"].contains(address.host) || address.host.hasPrefix("127.")
    if isLocal || isExempt(address) { return nil }
    return value(address.scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? value("ALL_PROXY")
  }

  private func value(_ name: String) -> String? {
    for name in [name, name.lowercased()] {
      if let value = environment[name], !value.isEmpty { return value }
    }
    return nil
  }

  private func isExempt(_ address: WebAddress) -> Bool {
    guard let list = value("NO_PROXY") else { return false }
    for entry in list.split(whereSeparator: { $0 == "," || $0 == " " }) {
      if entry == "*" { return true }
      var name = entry.lowercased()[...]
      if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]"),
        let port = Int(name[name.index(after: colon)...])
      {
        if port != address.port { continue }
        name = name[..<colon]
      }
      if let slash = name.firstIndex(of: "/") {
        guard let length = Int(name[name.index(after: slash)...]), (0...32).contains(length),
          let network = number(name[..<slash]), let own = number(address.host[...])
        else { continue }
        if length == 0 || network >> UInt32(32 - length) == own >> UInt32(32 - length) {
          return true
        }
        continue
      }
      while name.first == "*" || name.first == "." { name.removeFirst() }
      if address.host == name || address.host.hasSuffix("." + name) { return true }
    }
    return false
  }

  /// An IPv4 address as a number.
  private func number(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      guard let part else { return nil }
      result = result << 8 | UInt32(part)
    }
    return result
  }
}
