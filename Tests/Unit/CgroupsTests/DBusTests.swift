import Testing

@testable import Cgroups

@Suite struct DBusTests {
  // MARK: Marshalling

  @Test func writesACall() {
    var message = DBusMessage(
      call: "StopUnit", on: "/org/a", of: "org.b", at: "c.d", [.string("x"), .uint32(7)])
    message.serial = 0x0102
    let expected: [UInt8] = [
      0x6c, 1, 0, 1,  // little end first, a call, no flags, version 1
      12, 0, 0, 0,  // length of the body
      0x02, 0x01, 0, 0,  // serial
      80, 0, 0, 0,  // length of the fields
      1, 1, 0x6f, 0,  // path, of type o
      6, 0, 0, 0, 0x2f, 0x6f, 0x72, 0x67, 0x2f, 0x61, 0,  // "/org/a"
      0,
      2, 1, 0x73, 0,  // interface, of type s
      5, 0, 0, 0, 0x6f, 0x72, 0x67, 0x2e, 0x62, 0,  // "org.b"
      0, 0,
      3, 1, 0x73, 0,  // member
      8, 0, 0, 0, 0x53, 0x74, 0x6f, 0x70, 0x55, 0x6e, 0x69, 0x74, 0,  // "StopUnit"
      0, 0, 0, 0, 0, 0, 0,
      6, 1, 0x73, 0,  // destination
      3, 0, 0, 0, 0x63, 0x2e, 0x64, 0,  // "c.d"
      0, 0, 0, 0,
      8, 1, 0x67, 0, 2, 0x73, 0x75, 0,  // signature "su"
      1, 0, 0, 0, 0x78, 0, 0, 0,  // "x", padded
      7, 0, 0, 0,
    ]
    let bytes = message.encoded()
    #expect(bytes == expected)
  }

  @Test func writesArraysOfStructures() {
    var writer = DBusWriter()
    writer.write(
      SystemdProperty.list([
        SystemdProperty("Ab", .uint64(5)), SystemdProperty("C", .boolean(true)),
      ])
    )
    #expect(
      writer.bytes == [
        40, 0, 0, 0, 0, 0, 0, 0,  // length; padding to the first structure is not counted
        2, 0, 0, 0, 0x41, 0x62, 0,  // "Ab"
        1, 0x74, 0,  // variant of t
        0, 0, 0, 0, 0, 0,  // to a multiple of eight
        5, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0x43, 0,  // "C"
        1, 0x62, 0,  // variant of b
        0, 0, 0,  // to a multiple of four
        1, 0, 0, 0,
      ])
  }

  private static let samples: [DBusValue] = [
    .byte(7), .boolean(true), .int16(-3), .uint16(9), .int32(-70_000), .uint32(.max),
    .int64(.min), .uint64(.max), .double(-1.5), .string(""), .string("ä b"), .objectPath("/a/b"),
    .signature("a(sv)"), .array(of: "s", []), .array(of: "(ss)", []), .bytes([1, 2, 3]),
    .strings(["a", "bc"]), .structure([.byte(1), .uint64(2), .string("x")]),
    .variant(.array(of: "u", [.uint32(1)])),
    .array(of: "{sv}", [.entry(key: .string("k"), value: .variant(.byte(1)))]),
    .array(of: "at", [.array(of: "t", [.uint64(1)]), .array(of: "t", [])]),
  ]

  @Test(arguments: samples)
  func readsWhatItWrites(value: DBusValue) throws {
    // At every alignment.
    for shift in 0..<8 {
      var writer = DBusWriter()
      for _ in 0..<shift { writer.write(.byte(0)) }
      writer.write(value)
      var reader = DBusReader(writer.bytes, isLittleEndian: true)
      for _ in 0..<shift { _ = try reader.integer(UInt8.self) }
      #expect(try reader.value(value.signature[...]) == value)
      #expect(reader.offset == writer.bytes.count)
    }
  }

  @Test func readsTheOtherByteOrder() throws {
    var reader = DBusReader([0, 0, 0, 1, 0, 0, 0, 1, 0x78, 0], isLittleEndian: false)
    #expect(try reader.values("us") == [.uint32(1), .string("x")])
  }

  @Test func readsAMessage() throws {
    var message = DBusMessage(
      call: "M", on: "/p", of: "i.j", at: "d.e", [.strings(["a"]), .variant(.byte(1))])
    message.serial = 4
    message.replySerial = 3
    message.errorName = "e.f"
    #expect(try DBusMessage(decoding: message.encoded()) == message)
    let bytes = message.encoded()
    #expect(try DBusMessage.length(prologue: Array(bytes.prefix(16))) == bytes.count)
  }

  /// Whatever comes, reading ends with a value or an error.
  @Test func survivesAnything() {
    var message = DBusMessage(
      call: "Member", on: "/path", of: "a.b", at: "c.d", Self.samples)
    message.serial = 1
    let good = message.encoded()
    for length in 0..<good.count { _ = try? DBusMessage(decoding: Array(good.prefix(length))) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<1000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255)
      }
      _ = try? DBusMessage.length(prologue: bytes)
      _ = try? DBusMessage(decoding: bytes)
    }
  }

  @Test func refusesEndlessNesting() {
    let deep = String(repeating: "a", count: 200) + "y"
    var reader = DBusReader([UInt8](repeating: 0, count: 4096), isLittleEndian: true)
    #expect(throws: Never.self) { try reader.value(deep[...]) }
    // A variant in a variant and so on.
    var bytes: [UInt8] = []
    for _ in 0..<200 { bytes += [1, 0x76, 0] }
    var nested = DBusReader(bytes, isLittleEndian: true)
    #expect(throws: DBusError.self) { try nested.value("v") }
    let huge: [UInt8] = [0x6c, 1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(throws: DBusError.self) { try DBusMessage.length(prologue: huge) }
  }

  @Test(arguments: ["", "a", "(", ")", "(s", "z", "{s", "aa", "(sz)"])
  func refusesSignatures(signature: String) {
    #expect(throws: DBusError.self) { try DBusSignature.first(signature[...]) }
  }

  // MARK: Addresses

  @Test func readsAddresses() {
    #expect(
      DBusAddress.parse("tcp:host=x,port=1;unix:path=/run/user/1%20000/bus,guid=ab")
        == [.path("/run/user/1 000/bus")])
    #expect(DBusAddress.parse("unix:abstract=/tmp/x") == [.abstract("/tmp/x")])
    #expect(DBusAddress.parse("unix:path=/a%0").isEmpty)
    #expect(DBusAddress.parse("unix:path=/a%00b").isEmpty)
    #expect(DBusAddress.parse("").isEmpty)
  }

  // MARK: Values as text

  @Test(
    arguments: [
      ("uint64 123456789", .uint64(123_456_789)),
      ("'inactive-or-failed'", .string("inactive-or-failed")),
      ("\"a'b\"", .string("a'b")), ("'a\\'b'", .string("a'b")), ("true", .boolean(true)),
      ("-5", .int32(-5)), ("0x1f", .int32(31)), ("1.5", .double(1.5)), ("byte 0xff", .byte(255)),
      ("['a', 'b']", .strings(["a", "b"])), ("@as []", .array(of: "s", [])),
      ("[1, 2]", .array(of: "i", [.int32(1), .int32(2)])), ("  false ", .boolean(false)),
      ("[uint64 1]", .array(of: "t", [.uint64(1)])),
    ] as [(String, DBusValue)])
  func readsText(text: String, value: DBusValue) throws {
    #expect(try DBusText.parse(text) == value)
  }

  @Test(arguments: [
    "", "abc", "uint64", "uint64 -1", "uint32 4294967296", "1 2", "'a", "'a'b", "[1, 'a']", "[]",
    "[1", "[1,", "byte 256", "uint64 'a'", "{'a': 1}", "<1>", "(1, 2)", "@s 'a'", "1e999",
    "double 1e999", "[[1]]", "'a\nb'", "'\\x'", "uint64 uint64 1", "true false", "@as [1]",
  ])
  func refusesText(text: String) {
    #expect(throws: DBusError.self) { try DBusText.parse(text) }
  }
}
