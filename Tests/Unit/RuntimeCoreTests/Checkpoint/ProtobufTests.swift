import Testing

@testable import RuntimeCore

@Suite struct ProtobufTests {
  /// The examples of protobuf.dev, "Encoding".
  @Test func writesAsTheFormatSays() {
    var writer = ProtobufWriter()
    writer.write(150 as UInt64, field: 1)
    writer.write("testing", field: 2)
    writer.write(field: 3) { $0.write(150 as UInt64, field: 1) }
    writer.write(-2 as Int32, field: 4)
    writer.write(true, field: 16)
    #expect(
      writer.bytes == [
        0x08, 0x96, 0x01,
        0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
        0x1a, 0x03, 0x08, 0x96, 0x01,
        0x20, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        0x80, 0x01, 0x01,
      ])
  }

  @Test func readsWhatItWrites() throws {
    var writer = ProtobufWriter()
    writer.write(UInt64.max, field: 1)
    writer.write(-5 as Int32, field: 2)
    writer.write("ä", field: 3)
    var reader = ProtobufReader(writer.bytes[...])
    #expect(try reader.next()?.value.unsigned == .max)
    #expect(try reader.next()?.value.signed == -5)
    #expect(try reader.next()?.value.text == "ä")
    #expect(try reader.next() == nil)
  }

  @Test func passesOverFieldsOfFixedWidth() throws {
    var reader = ProtobufReader([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 7])
    #expect(try reader.next()?.number == 1)
    #expect(try reader.next()?.number == 2)
    #expect(try reader.next()?.value.unsigned == 7)
    #expect(try reader.next() == nil)
  }

  @Test(
    arguments: [
      [0x08], [0x08, 0x80], [0x12, 0x05, 1, 2], [0x0b], [0x09, 1], [0x15, 1],
      [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ] as [[UInt8]])
  func refusesWhatIsNoMessage(bytes: [UInt8]) {
    var reader = ProtobufReader(bytes[...])
    #expect(throws: ProtobufReader.Malformed.self) { try reader.next() }
  }
}

extension ProtobufReader.Field: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.number == right.number && left.value.unsigned == right.value.unsigned
      && left.value.content == right.value.content
  }
}
