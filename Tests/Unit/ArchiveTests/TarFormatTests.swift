import Testing

@testable import Archive

/// The format itself: what is written, and what is read of headers that are wrong.
@Suite struct TarFormatTests {
  private func archive(_ entry: TarEntry, _ content: String = "") throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TarWriter(to: sink)
    try writer.writeFile(entry, content: Array(content.utf8))
    try writer.finish()
    return sink.bytes
  }

  private func read(_ archive: [UInt8], pieceSize: Int = .max) throws -> [TarEntry] {
    let reader = TarReader(MemorySource(archive, pieceSize: pieceSize))
    var entries: [TarEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
  }

  @Test func headerIsUstar() throws {
    var entry = TarEntry(.regular, Array("etc/passwd".utf8), mode: 0o644, user: 1000, group: 7)
    entry.modified = TarTime(seconds: 1_600_000_000)
    let bytes = try archive(entry, "root")
    #expect(bytes.count == 512 + 512 + 1024)
    let fields =
      "0000644\0" + "0001750\0" + "0000007\0" + "00000000004\0" + "13727410000\0" + "011253\0 "
      + "0"
    #expect(bytes[100..<157].elementsEqual(Array(fields.utf8)))
    #expect(bytes[257..<265].elementsEqual(Array("ustar\0".utf8) + Array("00".utf8)))
    #expect(bytes[512..<516].elementsEqual(Array("root".utf8)))
    #expect(bytes[516...].allSatisfy { $0 == 0 })
  }

  static let long = String(repeating: "l", count: 90)

  @Test(arguments: [
    "short", String(repeating: "n", count: 100), String(repeating: "n", count: 101),
    "\(long)/\(long)", "\(long)/\(long)/\(long)/\(long)", "\u{fc}ml\u{e4}ut",
  ])
  func namesComeBack(_ name: String) throws {
    var entry = TarEntry(.symbolicLink, Array(name.utf8), mode: 0o777, user: 3_000_000_000)
    entry.linkTarget = Array((name + "x").utf8)
    entry.modified = TarTime(seconds: -5, nanoseconds: 250_000_000)
    entry.extendedAttributes = [
      ExtendedAttribute("user.a", [0, 10, 61]), ExtendedAttribute("user.b", []),
    ]
    let sink = MemorySink()
    let writer = TarWriter(to: sink)
    try writer.write(entry)
    try writer.finish()
    for pieceSize in [1, 511, 4096] {
      let found = try read(sink.bytes, pieceSize: pieceSize)
      #expect(found == [entry])
    }
  }

  /// Go splits such a path and writes no record.
  @Test func longNamesAreSplit() throws {
    let entry = TarEntry(.regular, Array("\(Self.long)/\(Self.long)".utf8), mode: 0o600)
    let bytes = try archive(entry)
    #expect(bytes.count == 512 + 1024)
    #expect(bytes[345] == UInt8(ascii: "l"))
    #expect(try read(bytes).first?.path == entry.path)
  }

  @Test func numbersAreBounded() throws {
    var bytes = [UInt8](repeating: 0, count: 512)
    func number(_ field: [UInt8]) -> Int64? {
      bytes.replaceSubrange(0..<12, with: field + [UInt8](repeating: 0, count: 12 - field.count))
      return bytes.withUnsafeBytes { TarBlock($0)?.number(0..<12) }
    }
    #expect(number(Array("  644 \0".utf8)) == 0o644)
    #expect(number([]) == 0)
    #expect(number(Array("8".utf8)) == nil)
    #expect(number(Array("1 2".utf8)) == nil)
    #expect(number([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]) == 258)
    #expect(number([UInt8](repeating: 0xff, count: 12)) == -1)
    #expect(number([0x80] + [UInt8](repeating: 0xff, count: 11)) == nil)
    #expect(number([0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7)) == nil)
  }

  @Test(arguments: [
    "", "3 \n", "0 a=b\n", "5 a=b\n", "6 a=b", "99999999999999999999 a=b\n", "6 =ab\n", "-6 a=b\n",
    "6 ab=\n7",
    "10 path=\0\n",
  ])
  func malformedRecords(_ text: String) {
    #expect((PAXRecords(parsing: Array(text.utf8)) == nil) == !text.isEmpty)
  }

  @Test func recordsCountTheirOwnDigits() {
    var records = PAXRecords()
    for length in [1, 3, 4, 90, 91, 92, 989, 990, 991] {
      records.add("k\(length)", [UInt8](repeating: 0x61, count: length))
    }
    let parsed = PAXRecords(parsing: records.text)
    #expect(parsed?.records.count == 9)
    #expect(parsed?.records.allSatisfy { $0.key == "k\($0.value.count)" } ?? false)
  }

  @Test func limitsHold() throws {
    var entry = TarEntry(.regular, Array("f".utf8), mode: 0o600)
    entry.extendedAttributes = [ExtendedAttribute("user.a", [UInt8](repeating: 0, count: 4000))]
    var limits = ArchiveLimits()
    limits.headerBytes = 1000
    let bytes = try archive(entry)
    #expect(throws: ArchiveError.exceeds(.headerBytes, allowed: 1000)) {
      _ = try TarReader(MemorySource(bytes), limits: limits).next()
    }
    limits = ArchiveLimits()
    limits.entries = 0
    #expect(throws: ArchiveError.exceeds(.entries, allowed: 0)) {
      _ = try TarReader(MemorySource(bytes), limits: limits).next()
    }
  }

  @Test func endsWhereItShould() throws {
    let bytes = try archive(TarEntry(.regular, Array("f".utf8), mode: 0o600), "content")
    #expect(try read(Array(bytes.prefix(1024))).count == 1)
    #expect(try read(Array(bytes.prefix(1024 + 512))).count == 1)
    #expect(throws: ArchiveError.truncated(.tar)) { try read(Array(bytes.prefix(514))) }
    #expect(throws: ArchiveError.truncated(.tar)) { try read(Array(bytes.prefix(100))) }
    #expect(throws: ArchiveError.malformed(.tar, "checksum", offset: 512)) {
      try read([1] + bytes.dropFirst())
    }
    #expect(try read([]).isEmpty)
  }

  /// Lines as vbatts/tar-split writes them, byte by byte.
  @Test func tarSplitLines() throws {
    let sink = MemorySink()
    let recorder = TarSplitRecorder(to: sink)
    [1, 2, 3].withUnsafeBytes { bytes in
      try? recorder.raw(UnsafeRawBufferPointer(rebasing: bytes[..<1]))
    }
    try recorder.begin(TarEntry(.directory, Array("a<b>/".utf8), mode: 0))
    try recorder.endContent()
    var file = TarEntry(.regular, [0x66, 0xff], mode: 0)
    file.size = 9
    try recorder.begin(file)
    Array("123456789".utf8).withUnsafeBytes { try? recorder.content($0) }
    try recorder.endContent()
    try recorder.endArchive()
    #expect(
      String(decoding: sink.bytes, as: UTF8.self) == """
        {"type":2,"payload":"AQ==","position":0}
        {"type":1,"name":"a\\u003cb\\u003e/","payload":null,"position":1}
        {"type":1,"name_raw":"Zv8=","size":9,"payload":"uQlWx3WkEAE=","position":2}

        """)
    let reader = try TarSplitReader(MemorySource(sink.bytes, pieceSize: 3))
    #expect(try reader.next() == .segment([1]))
    #expect(try reader.next() == .file(name: Array("a<b>/".utf8), size: 0, checksum: []))
    let sum: [UInt8] = [0xb9, 0x09, 0x56, 0xc7, 0x75, 0xa4, 0x10, 0x01]
    #expect(try reader.next() == .file(name: [0x66, 0xff], size: 9, checksum: sum))
    #expect(try reader.next() == nil)
  }

  @Test(
    arguments: [
      ("a/./b//c/", "a/b/c"), ("/a/../b", "b"), (".", ""), ("./", ""), ("a/..", ""), ("", ""),
      ("../a", nil), ("a/../../b", nil), ("/..", nil), ("a\0b", nil),
    ] as [(String, String?)])
  func pathsAreCleaned(_ path: String, _ expected: String?) {
    #expect(EntryPath(Array(path.utf8))?.text == expected)
  }
}
