import Testing

@testable import NameServer

private func hex(_ text: String) -> [UInt8] {
  text.split(separator: "\n").flatMap { line in
    line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
      .split(separator: " ").compactMap { UInt8($0, radix: 16) }
  }
}

struct DNSMessageTests {
  static let query = hex(
    """
    12 34 01 00 00 01 00 00 00 00 00 01  // id, RD, one question, one additional
    03 57 65 62 03 64 6e 73 06 70 6f 64 6d 61 6e 00  // Web.dns.podman
    00 01 00 01                          // A, IN
    00 00 29 04 d0 00 00 00 00 00 00     // OPT: 1232 bytes
    """)

  @Test func questionIsRead() throws {
    let query = try DNSQuery(Self.query)
    #expect(query.id == 0x1234 && query.wantsRecursion && query.name == "web.dns.podman")
    #expect(query.kind == .a && query.datagramSize == 1232)
  }

  @Test func answerIsWritten() throws {
    var answer = DNSAnswer()
    answer.records = [.address([10, 89, 0, 2])]
    #expect(
      answer.message(to: try DNSQuery(Self.query), overTCP: false)
        == hex(
          """
          12 34 85 80 00 01 00 01 00 00 00 01  // QR, AA, RD; RA, no error
          03 57 65 62 03 64 6e 73 06 70 6f 64 6d 61 6e 00 00 01 00 01
          c0 0c 00 01 00 01 00 00 00 00 00 04 0a 59 00 02
          00 00 29 04 d0 00 00 00 00 00 00
          """))
  }

  @Test func longAnswerIsCutOverUDPAlone() throws {
    var plain = Array(Self.query.dropLast(11))
    plain[11] = 0
    let query = try DNSQuery(plain)
    var answer = DNSAnswer()
    answer.records = (0..<100).map { .address([10, 89, 0, $0]) }
    let short = answer.message(to: query, overTCP: false)
    #expect(short.count <= 512 && short[2] & 2 != 0)
    let long = answer.message(to: query, overTCP: true)
    #expect(long[2] & 2 == 0 && long[7] == 100)
  }

  /// Every beginning and every changed byte is refused or understood; none is read past its end.
  @Test func hostileMessagesAreRefused() {
    for length in 0..<Self.query.count { _ = try? DNSQuery(Array(Self.query.prefix(length))) }
    for position in 0..<Self.query.count {
      for value in [0, 0x3F, 0x40, 0x80, 0xC0, 0xFF] as [UInt8] {
        var changed = Self.query
        changed[position] = value
        _ = try? DNSQuery(changed)
      }
    }
    // A name that leads to itself is no question's.
    #expect(throws: DNSQuery.Refusal.code(1)) {
      try DNSQuery(hex("12 34 01 00 00 01 00 00 00 00 00 00 c0 0c 00 01 00 01"))
    }
    // Answers are not answered.
    #expect(throws: DNSQuery.Refusal.noQuery) {
      try DNSQuery(hex("12 34 81 00 00 01 00 00 00 00 00 00 00 00 01 00 01"))
    }
  }
}

struct NameTableTests {
  private let table = NameTable([
    "n1": NetworkNames(
      """
      listen 10.89.0.1
      servers 192.0.2.53
      container a 10.89.0.2,fd00::2 Web,www
      container b 10.89.0.3 db 198.51.100.1
      container e 10.89.0.9 www
      """),
    "n2": NetworkNames("listen 10.90.0.1\ninternal\ncontainer c 10.90.0.2 secret.app,cache\n"),
  ])

  private func outcome(
    _ name: String, _ kind: DNSQuery.Kind = .a, from: [UInt8] = [10, 89, 0, 2]
  ) throws -> NameTable.Outcome {
    var message: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in name.split(separator: ".") { message += [UInt8(label.utf8.count)] + label.utf8 }
    message += [0, UInt8(kind.rawValue >> 8), UInt8(kind.rawValue & 255), 0, 1]
    return table.outcome(of: try DNSQuery(message), from: from, listener: "n1")
  }

  @Test func namesOfTheOwnNetworks() throws {
    #expect(try outcome("web") == .answer(DNSAnswer(records: [.address([10, 89, 0, 2])])))
    #expect(
      try outcome("web", .aaaa)
        == .answer(
          DNSAnswer(records: [.address([0xFD] + [UInt8](repeating: 0, count: 14) + [2])])))
    #expect(try outcome("db", .aaaa) == .answer(DNSAnswer()))
    guard case .answer(let answer) = try outcome("www") else {
      Issue.record("no answer")
      return
    }
    #expect(answer.records.count == 2)
    #expect(
      try outcome("3.0.89.10.in-addr.arpa", .ptr)
        == .answer(DNSAnswer(records: [.pointer("db")])))
  }

  @Test func namesNeverLeak() throws {
    let none = NameTable.Outcome.answer(DNSAnswer(code: .noSuchName))
    for name in ["nobody", "nobody.dns.podman", "cache", "secret.app", "secret.app.dns.podman"] {
      #expect(try outcome(name) == none)
    }
    #expect(try outcome("example.com", from: [10, 90, 0, 2]) == none)
  }

  @Test func othersAreAskedForOtherNames() throws {
    #expect(try outcome("example.com") == .forward([[192, 0, 2, 53]]))
    #expect(try outcome("example.com", from: [10, 89, 0, 3]) == .forward([[198, 51, 100, 1]]))
  }

  @Test func brokenLinesArePassedOver() {
    let names = NetworkNames("container\ncontainer x\nlisten nowhere 10.0.0.1\n\u{0}\nfoo bar\n")
    #expect(names.containers.isEmpty && names.listeners == [[10, 0, 0, 1]])
  }
}
