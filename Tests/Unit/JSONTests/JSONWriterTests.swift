import JSON
import Testing

@Suite struct JSONWriterTests {
  private func text(_ value: some JSONValue, _ layout: JSONWriter.Layout = .compact) throws
    -> String
  {
    String(decoding: try JSONWriter(layout).write(value), as: UTF8.self)
  }

  static let sample = Sample(
    number: -1, list: [.init(uid: .max, names: []), .init(uid: 0, names: ["a"])], color: .red,
    map: ["b": .max, "a": 1, "c": 0], text: "q\"\\\u{1}\n/é😀")

  @Test func compact() throws {
    #expect(
      try text(Self.sample)
        == #"{"number":-1,"list":[{"uid":4294967295,"names":[]},{"uid":0,"names":["a"]}],"#
        + #""color":"red","map":{"a":1,"b":18446744073709551615,"c":0},"#
        + #""text":"q\"\\\u0001\n/é😀"}"#)
  }

  @Test func indented() throws {
    #expect(
      try text(Sample(list: [.init(uid: 1)], map: [:]), .indented("\t"))
        == "{\n\t\"list\": [\n\t\t{\n\t\t\t\"uid\": 1\n\t\t}\n\t],\n\t\"map\": {}\n}")
    #expect(try text([Int](), .indented("  ")) == "[]")
  }

  @Test func whatIsWrittenReadsBack() throws {
    for layout in [JSONWriter.Layout.compact, .indented("  "), .indented("\t")] {
      let bytes = try JSONWriter(layout).write(Self.sample)
      #expect(try JSONReader().read(Sample.self, from: bytes) == Self.sample)
    }
  }

  @Test func numbers() throws {
    #expect(try text([0.1, 5, 1e20, -0.0]) == "[0.1,5.0,1e+20,-0.0]")
    #expect(throws: JSONError.notFinite) { try JSONWriter().write([Double.nan]) }
    #expect(throws: JSONError.notFinite) { try JSONWriter().write(-Double.infinity) }
  }

  @Test func valuesWithoutAContainer() throws {
    #expect(try text("x") == #""x""#)
    #expect(try text([true, false]) == "[true,false]")
    #expect(try text(["a": ["b": [1, 2]]]) == #"{"a":{"b":[1,2]}}"#)
  }
}
