/// An answer of our own to a question.
struct DNSAnswer: Equatable {
  /// RCODE of RFC 1035, 4.1.1.
  enum Code: UInt8 {
    case success = 0
    case formatError = 1
    case serverFailure = 2
    case noSuchName = 3
    case refused = 5
  }

  enum Record: Equatable {
    /// 4 or 16 bytes.
    case address([UInt8])
    /// The name that an address belongs to.
    case pointer(String)
  }

  var code = Code.success
  var records: [Record] = []

  /// So long a datagram is safe from being cut on its way: RFC 9715.
  private static let ownDatagramSize: UInt16 = 1232

  /// The message for a question. Over UDP it is no longer than the asker takes: what is left out is
  /// told by TC, and asked for again over TCP.
  func message(to query: DNSQuery, overTCP: Bool) -> [UInt8] {
    let limit = overTCP ? 65535 : Int(min(query.datagramSize ?? 512, DNSAnswer.ownDatagramSize))
    let options = query.datagramSize == nil ? 0 : 11
    var body: [UInt8] = []
    var count = 0
    var isCut = false
    for record in records {
      let bytes = DNSAnswer.bytes(record)
      if DNSQuery.headerLength + query.question.count + body.count + bytes.count + options > limit {
        isCut = true
        break
      }
      body += bytes
      count += 1
    }
    var message = DNSAnswer.header(
      id: query.id, wantsRecursion: query.wantsRecursion, code: code.rawValue, isCut: isCut,
      counts: (1, UInt16(clamping: count), query.datagramSize == nil ? 0 : 1))
    message += query.question
    message += body
    if query.datagramSize != nil { message += DNSAnswer.options }
    return message
  }

  /// The answer to what could not be read as a question.
  static func refusal(of message: [UInt8], code: UInt8) -> [UInt8] {
    guard message.count >= 3 else { return [] }
    return header(
      id: UInt16(message[0]) << 8 | UInt16(message[1]), wantsRecursion: message[2] & 1 != 0,
      code: code, isCut: false, counts: (0, 0, 0))
  }

  private static func header(
    id: UInt16, wantsRecursion: Bool, code: UInt8, isCut: Bool,
    counts: (questions: UInt16, answers: UInt16, additional: UInt16)
  ) -> [UInt8] {
    // QR, AA, TC, RD; RA.
    let flags = UInt8(0x84) | (isCut ? 2 : 0) | (wantsRecursion ? 1 : 0)
    var bytes = two(id) + [flags, 0x80 | code]
    bytes += two(counts.questions) + two(counts.answers) + two(0) + two(counts.additional)
    return bytes
  }

  /// A record of the question's name, which stands behind the header, class IN and no time to live:
  /// the next question may have another answer.
  private static func bytes(_ record: Record) -> [UInt8] {
    let name: [UInt8] = [0xC0, UInt8(DNSQuery.headerLength)]
    let rest: [UInt8] = [0, 1, 0, 0, 0, 0]
    switch record {
    case .address(let address):
      let kind = address.count == 16 ? DNSQuery.Kind.aaaa : .a
      return name + two(kind.rawValue) + rest + two(UInt16(address.count)) + address
    case .pointer(let target):
      let labels = encoded(target)
      return name + two(DNSQuery.Kind.ptr.rawValue) + rest + two(UInt16(clamping: labels.count))
        + labels
    }
  }

  /// The root, OPT, our size, no flags, nothing in it.
  private static var options: [UInt8] { [0] + two(41) + two(ownDatagramSize) + [0, 0, 0, 0, 0, 0] }

  private static func encoded(_ name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for label in name.split(separator: ".") {
      let text = label.utf8.prefix(63)
      bytes.append(UInt8(text.count))
      bytes += text
    }
    return bytes + [0]
  }

  private static func two(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
  }
}
