import JSON
import Testing

struct Sample: JSONObject, Equatable {
  enum Color: String, JSONValue, CaseIterable { case red, green }

  struct Inner: JSONObject, Equatable {
    var uid: UInt32
    var names: [String]?

    static var blank: Self { Self(uid: 0) }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("uid", &uid)
      try object.member("names", &names)
    }
  }

  var number: Int?
  var inner: Inner?
  var list: [Inner]?
  var color: Color?
  var map: [String: UInt64]?
  var text: String?

  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("number", &number)
    try object.member("inner", &inner)
    try object.member("list", &list)
    try object.member("color", &color)
    try object.member("map", &map)
    try object.member("text", &text)
  }
}

@Suite struct JSONReaderTests {
  @Test func fieldsInAnyOrderWithUnknownOnes() throws {
    let text = """
      {"zzz": [{"deep": null}], "text": "t", "map": {"b": 18446744073709551615, "a": 0},
       "list": [{"uid": 1}, {"names": ["x", "\\u0079"], "uid": 4294967295}],
       "color": "green", "inner": null, "number": -9223372036854775808}
      """
    #expect(
      try JSONReader().read(Sample.self, from: text)
        == Sample(
          number: .min, inner: nil, list: [.init(uid: 1), .init(uid: .max, names: ["x", "y"])],
          color: .green, map: ["a": 0, "b": .max], text: "t"))
  }

  static let wrong: [(text: String, error: JSONError, sentence: String)] = [
    (
      #"{"inner": {"names": []}}"#, .missing(field: "inner.uid"), "inner.uid is missing"
    ),
    (
      #"{"list": [{"uid": 1}, {"uid": 2}, {"uid": -1}]}"#,
      .outOfRange(field: "list[2].uid", number: "-1", lowest: "0", highest: "4294967295"),
      "list[2].uid: -1 is out of range, it can be 0 to 4294967295"
    ),
    (
      #"{"list": [{"uid": 4294967296}]}"#,
      .outOfRange(field: "list[0].uid", number: "4294967296", lowest: "0", highest: "4294967295"),
      "list[0].uid: 4294967296 is out of range, it can be 0 to 4294967295"
    ),
    (
      #"{"inner": {"uid": 1.5}}"#,
      .mismatch(field: "inner.uid", expected: "an integer", found: "1.5"),
      "inner.uid: expected an integer, found 1.5"
    ),
    (
      #"{"inner": {"uid": 1, "names": ["a", 2]}}"#,
      .mismatch(field: "inner.names[1]", expected: "a string", found: "a number"),
      "inner.names[1]: expected a string, found a number"
    ),
    (
      #"{"color": "blue"}"#,
      .mismatch(field: "color", expected: #""red" or "green""#, found: #""blue""#),
      #"color: expected "red" or "green", found "blue""#
    ),
    (
      #"{"color": 3}"#, .mismatch(field: "color", expected: "a string", found: "a number"),
      "color: expected a string, found a number"
    ),
    (
      #"{"list": {}}"#, .mismatch(field: "list", expected: "an array", found: "an object"),
      "list: expected an array, found an object"
    ),
    (
      #"{"map": {"a b\n": "x"}}"#,
      .mismatch(field: #"map["a b\n"]"#, expected: "an integer", found: "a string"),
      #"map["a b\n"]: expected an integer, found a string"#
    ),
    (
      "[]", .mismatch(field: "", expected: "an object", found: "an array"),
      "the document: expected an object, found an array"
    ),
  ]

  @Test(arguments: wrong)
  func errorsNameTheField(text: String, error: JSONError, sentence: String) {
    #expect(throws: error) { try JSONReader().read(Sample.self, from: text) }
    #expect(error.description == sentence)
  }

  @Test func integersKeepTheirWholeRange() throws {
    #expect(try JSONReader().read(UInt64.self, from: "18446744073709551615") == .max)
    #expect(try JSONReader().read(Int64.self, from: "-9223372036854775808") == .min)
    #expect(try JSONReader().read(Int32.self, from: "-2147483648") == .min)
    #expect(try JSONReader().read(UInt8.self, from: "-0") == 0)
    for text in ["2147483648", "-2147483649", "99999999999999999999999", "1.0", "\"1\"", "null"] {
      #expect(throws: JSONError.self) { try JSONReader().read(Int32.self, from: text) }
    }
    #expect(throws: JSONError.self) {
      try JSONReader().read(Int64.self, from: "-9223372036854775809")
    }
    #expect(throws: JSONError.self) {
      try JSONReader().read(UInt64.self, from: "18446744073709551616")
    }
    #expect(throws: JSONError.self) { try JSONReader().read(Int.self, from: "1e3") }
  }

  @Test func doubles() throws {
    #expect(try JSONReader().read(Double.self, from: "-1.25e2") == -125)
    #expect(try JSONReader().read([Double].self, from: "[0, 0.1]") == [0, 0.1])
    #expect(throws: JSONError.self) { try JSONReader().read(Double.self, from: "1e999") }
  }

  @Test func emptyStringsAreAbsentWhereAsked() throws {
    let text = #"{"text": "", "color": ""}"#
    #expect(
      try JSONReader(emptyStringIsAbsent: true).read(Sample.self, from: text) == Sample())
    #expect(throws: JSONError.self) { try JSONReader().read(Sample.self, from: text) }
  }

  @Test func manyMembers() throws {
    let members = (0..<20_000).map { "\"key\($0)\":\($0)" }
    let map = try JSONReader().read(
      [String: Int].self, from: "{" + members.joined(separator: ",") + "}")
    #expect(map.count == 20_000 && map["key19999"] == 19_999)
  }
}
