/// An address of the web, as far as somebody has to decide whether to go there.
///
/// What two readers could read differently is no address here: user names, backslashes, blanks and
/// control characters.
struct WebAddress: Equatable, Sendable {
  let scheme: String
  /// Small letters; an IPv6 address in brackets.
  let host: String
  let port: Int
  /// What follows the host, beginning with `/`.
  let path: String

  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
      let colon = text.firstIndex(of: ":")
    else { return nil }
    let scheme = text[..<colon].lowercased()
    guard scheme == "https" || scheme == "http", text[colon...].hasPrefix("://") else { return nil }
    let rest = text[text.index(colon, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    let authority = rest[..<end]
    guard !authority.isEmpty, !authority.contains("@") else { return nil }
    var host = authority
    var port = scheme == "https" ? 443 : 80
    let bracket = authority.lastIndex(of: "]")
    if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
      guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
      port = Int(number)
      host = authority[..<colon]
    }
    guard !host.isEmpty, host.contains(":") == (bracket != nil) else { return nil }
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    let path = rest[end...].prefix { $0 != "#" }
    self.path = path.hasPrefix("/") ? String(path) : "/" + path
  }

  /// The address that a `Location` means at this one.
  func resolving(_ location: String) -> WebAddress? {
    if location.contains("://") { return WebAddress(location) }
    if location.hasPrefix("//") { return WebAddress("\(scheme):\(location)") }
    if location.hasPrefix("/") { return WebAddress(origin + location) }
    let folder = path.prefix { $0 != "?" }
    let end = folder.lastIndex(of: "/") ?? folder.startIndex
    return WebAddress(origin + folder[...end] + location)
  }

  private var origin: String {
    let isDefault = port == (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(host)" + (isDefault ? "" : ":\(port)")
  }

  var text: String { origin + path }

  /// Whether both are the same server: what one may know, the other may.
  func isSameServer(as other: WebAddress) -> Bool {
    (scheme, host, port) == (other.scheme, other.host, other.port)
  }

  /// Whether the host is a number, this machine's own name, or a name without a domain.
  var isLocalOrNumber: Bool {
    host.hasPrefix("[") || host == "localhost" || host.hasSuffix(".localhost")
      || host.hasSuffix(".internal") || !host.contains(".")
      || host.split(separator: ".").last.map { $0.allSatisfy(\.isNumber) } ?? false
  }

  /// Whether both hosts belong to one domain: `auth.docker.io` and `registry-1.docker.io`.
  func isSameDomain(as other: WebAddress) -> Bool {
    if host == other.host { return true }
    if isLocalOrNumber || other.isLocalOrNumber { return false }
    return domain == other.domain
  }

  /// The part of the host that somebody registered: two words, or three where the second to last is a
  /// general one below a country (`co.uk`, `com.au`).
  private var domain: [Substring] {
    let words = host.split(separator: ".")
    let isCountry = words.last?.utf8.count == 2 && (words.dropLast().last?.utf8.count ?? 9) <= 3
    return Array(words.suffix(isCountry ? 3 : 2))
  }
}

/// A text as a part of a query: RFC 3986, section 2.3.
func percentEncoded(_ text: String) -> String {
  var result: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      result.append(byte)
    default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}
