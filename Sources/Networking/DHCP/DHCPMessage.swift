/// A message of RFC 2131, with the options of RFC 2132 that a client needs.
struct DHCPMessage: Equatable {
  enum Kind: UInt8 {
    case discover = 1
    case offer, request, decline, acknowledge, refuse, release
  }

  /// What a client asks for, and how it names itself.
  struct Question: Equatable {
    var kind: Kind
    /// By which the answer is known.
    var transaction: [UInt8]
    var mac: MACAddress
    var hostName = ""
    /// The address that the client has; it then is no option.
    var ownAddress: IPAddress?
    var wantedAddress: IPAddress?
    var server: IPAddress?
  }

  var kind: Kind
  var transaction: [UInt8]
  /// The hardware address of the client.
  var client: [UInt8]
  /// `yiaddr`.
  var address: IPAddress
  private var options: [UInt8: [UInt8]]

  static let clientPort: UInt16 = 68
  static let serverPort: UInt16 = 67
  private static let cookie: [UInt8] = [99, 130, 83, 99]
  private static let fixedLength = 236

  // Numbers of options.
  private enum Option {
    static let mask: UInt8 = 1
    static let router: UInt8 = 3
    static let servers: UInt8 = 6
    static let hostName: UInt8 = 12
    static let domain: UInt8 = 15
    static let wantedAddress: UInt8 = 50
    static let duration: UInt8 = 51
    static let kind: UInt8 = 53
    static let server: UInt8 = 54
    static let list: UInt8 = 55
    static let renewal: UInt8 = 58
    static let rebinding: UInt8 = 59
    static let clientID: UInt8 = 61
    static let end: UInt8 = 255
  }

  /// The bytes of a question.
  static func bytes(of question: Question) -> [UInt8] {
    // Ethernet; who has no address yet asks for an answer to all.
    var result: [UInt8] = [1, 1, 6, 0] + question.transaction.prefix(4)
    result += [0, 0, question.ownAddress == nil ? 0x80 : 0, 0]
    result += question.ownAddress?.bytes ?? [0, 0, 0, 0]
    result += [UInt8](repeating: 0, count: 12) + question.mac.bytes
    result += [UInt8](repeating: 0, count: fixedLength - result.count)
    result += cookie
    func add(_ option: UInt8, _ value: [UInt8]) {
      result += [option, UInt8(clamping: value.count)] + value.prefix(255)
    }
    add(Option.kind, [question.kind.rawValue])
    add(Option.clientID, [1] + question.mac.bytes)
    if let address = question.wantedAddress { add(Option.wantedAddress, address.bytes) }
    if let server = question.server { add(Option.server, server.bytes) }
    if !question.hostName.isEmpty, question.kind != .release {
      add(Option.hostName, Array(question.hostName.utf8.prefix(63)))
    }
    if question.kind != .release {
      add(
        Option.list,
        [
          Option.mask, Option.router, Option.servers, Option.domain, Option.duration,
          Option.renewal, Option.rebinding,
        ])
    }
    result.append(Option.end)
    // The least length of a message that all relays pass on.
    return result + [UInt8](repeating: 0, count: max(0, 300 - result.count))
  }

  /// Reads a server's answer; nil for all else.
  init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count >= Self.fixedLength + 4, bytes[0] == 2,
      Array(bytes[Self.fixedLength..<Self.fixedLength + 4]) == Self.cookie,
      let address = IPAddress(bytes: bytes[16..<20])
    else { return nil }
    transaction = Array(bytes[4..<8])
    client = Array(bytes[28..<34])
    self.address = address
    options = [:]
    var rest = bytes[(Self.fixedLength + 4)...]
    while let option = rest.popFirst(), option != Option.end {
      if option == 0 { continue }
      guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
      // An option that is there several times is one long one: RFC 3396.
      options[option, default: []] += rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
    }
    guard let kind = options[Option.kind]?.first.flatMap(Kind.init) else { return nil }
    self.kind = kind
  }

  /// The lease that the message gives or offers; nil where what it must have is missing.
  func lease(at now: Int64) -> DHCPLease? {
    guard let server = addresses(Option.server).first, !address.isUnspecified else { return nil }
    // 0xFFFFFFFF seconds are for ever.
    let duration = number(Option.duration) ?? 3600
    let domain = String(decoding: options[Option.domain] ?? [], as: UTF8.self)
      .filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
    return DHCPLease(
      address: Subnet(address, prefixLength) ?? .everything, router: addresses(Option.router).first,
      dnsServers: addresses(Option.servers), domain: domain, server: server, obtained: now,
      duration: duration,
      renewal: min(number(Option.renewal) ?? duration / 2, duration),
      rebinding: min(number(Option.rebinding) ?? UInt32(UInt64(duration) * 7 / 8), duration))
  }

  private var prefixLength: Int {
    guard let mask = options[Option.mask], mask.count == 4 else { return 24 }
    return mask.map(\.nonzeroBitCount).reduce(0, +)
  }

  private func addresses(_ option: UInt8) -> [IPAddress] {
    let bytes = options[option] ?? []
    return stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).compactMap {
      IPAddress(bytes: bytes[$0..<$0 + 4])
    }
  }

  private func number(_ option: UInt8) -> UInt32? {
    guard let bytes = options[option], bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// A message in a datagram of UDP over IPv4, for who has no address to send it from.
enum DHCPPacket {
  /// A packet; without addresses from all zeros to all.
  static func bytes(
    _ payload: [UInt8], from source: IPAddress = .v4(0), to target: IPAddress = .v4(.max)
  ) -> [UInt8] {
    func word(_ number: Int) -> [UInt8] {
      [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }
    var header: [UInt8] = [0x45, 0] + word(28 + payload.count)
    header += [0, 0, 0, 0, 64, 17, 0, 0] + source.bytes + target.bytes
    let sum = stride(from: 0, to: 20, by: 2).reduce(0) {
      $0 + Int(header[$1]) << 8 + Int(header[$1 + 1])
    }
    let folded = (sum & 0xFFFF) + sum >> 16
    header.replaceSubrange(10..<12, with: word(~((folded & 0xFFFF) + folded >> 16) & 0xFFFF))
    let ports = word(Int(DHCPMessage.clientPort)) + word(Int(DHCPMessage.serverPort))
    // Without a checksum, which IPv4 allows.
    return header + ports + word(8 + payload.count) + [0, 0] + payload
  }

  /// What a packet for the client's port holds; nil for others.
  static func payload(_ packet: [UInt8]) -> ArraySlice<UInt8>? {
    guard let first = packet.first, first >> 4 == 4 else { return nil }
    let header = Int(first & 15) * 4
    guard header >= 20, packet.count >= header + 8, packet[9] == 17,
      // No part of a larger one.
      packet[6] & 0x3F == 0, packet[7] == 0,
      UInt16(packet[header + 2]) << 8 | UInt16(packet[header + 3]) == DHCPMessage.clientPort
    else { return nil }
    let length = Int(packet[header + 4]) << 8 | Int(packet[header + 5])
    guard length >= 8, packet.count >= header + length else { return nil }
    return packet[(header + 8)..<(header + length)]
  }
}
