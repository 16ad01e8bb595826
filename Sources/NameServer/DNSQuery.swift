/// A question that was received: RFC 1035, 4, as far as a server of few names looks at it.
struct DNSQuery: Equatable {
  /// QTYPE of RFC 1035, 3.2.3, and RFC 3596.
  struct Kind: RawRepresentable, Equatable {
    let rawValue: UInt16
    static let a = Kind(rawValue: 1)
    static let ptr = Kind(rawValue: 12)
    static let aaaa = Kind(rawValue: 28)
    static let any = Kind(rawValue: 255)
  }

  var id: UInt16
  /// Whether the asker wants us to ask others.
  var wantsRecursion: Bool
  /// Its labels in lower case, without the root's.
  var labels: [String]
  var kind: Kind
  /// The question as it came, name, type and class: it is repeated in answers.
  var question: [UInt8]
  /// How long a datagram the asker takes: RFC 6891, 6.2.3; nil if it did not say (no EDNS).
  var datagramSize: UInt16?

  /// Why a message cannot be answered as a question.
  enum Refusal: Error, Equatable {
    /// Nothing can be answered to this.
    case noQuery
    /// An answer with this RCODE: RFC 1035, 4.1.1.
    case code(UInt8)
  }

  static let headerLength = 12

  /// Reads a message. Nothing is read past its end, and no name may lead to itself.
  init(_ message: [UInt8]) throws(Refusal) {
    guard message.count >= DNSQuery.headerLength, message[2] & 0x80 == 0 else { throw .noQuery }
    id = UInt16(message[0]) << 8 | UInt16(message[1])
    wantsRecursion = message[2] & 1 != 0
    guard message[2] & 0x78 == 0 else { throw .code(4) }
    // One question and no answers.
    guard message[4...7].elementsEqual([0, 1, 0, 0]) else { throw .code(1) }
    var position = DNSQuery.headerLength
    guard let labels = DNSQuery.labels(message, &position),
      let type = DNSQuery.number(message, position),
      let `class` = DNSQuery.number(message, position + 2)
    else { throw .code(1) }
    self.labels = labels
    kind = Kind(rawValue: type)
    position += 4
    question = Array(message[DNSQuery.headerLength..<position])
    guard `class` == 1 || `class` == 255 else { throw .code(5) }
    datagramSize = DNSQuery.datagramSize(message, position)
  }

  /// The name without the final dot.
  var name: String { labels.joined(separator: ".") }

  /// The labels of a name that is not compressed, as questions are.
  private static func labels(_ message: [UInt8], _ position: inout Int) -> [String]? {
    var labels: [String] = []
    var total = 0
    while position < message.count {
      let length = Int(message[position])
      position += 1
      if length == 0 { return labels }
      total += length + 1
      guard length < 64, total < 255, position + length <= message.count else { return nil }
      let bytes = message[position..<position + length].map { (65...90 ~= $0) ? $0 + 32 : $0 }
      labels.append(String(decoding: bytes, as: UTF8.self))
      position += length
    }
    return nil
  }

  private static func number(_ message: [UInt8], _ position: Int) -> UInt16? {
    guard position + 2 <= message.count else { return nil }
    return UInt16(message[position]) << 8 | UInt16(message[position + 1])
  }

  /// The OPT record, which in questions comes first behind the question: its class is the size.
  private static func datagramSize(_ message: [UInt8], _ position: Int) -> UInt16? {
    guard number(message, 10) ?? 0 > 0, position < message.count, message[position] == 0,
      number(message, position + 1) == 41, let size = number(message, position + 3)
    else { return nil }
    return max(size, 512)
  }
}
