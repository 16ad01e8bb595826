import JSON
import Testing

@Suite struct JSONParserTests {
  /// Texts that are not JSON, with the place and the reason of the error.
  static let bad: [(text: String, line: Int, column: Int, reason: String)] = [
    ("", 1, 1, "the text ends where a value should begin"),
    ("   ", 1, 4, "the text ends where a value should begin"),
    ("\u{FEFF}{}", 1, 1, "a value cannot begin with a byte order mark"),
    ("{", 1, 2, "expected a name in quotation marks, found the end of the text"),
    ("[1", 1, 3, "expected ',' or ']', found the end of the text"),
    ("{\"a\":1,}", 1, 8, "expected a name in quotation marks, found '}'"),
    ("[1,]", 1, 4, "a value cannot begin with ']'"),
    ("[1 2]", 1, 4, "expected ',' or ']', found '2'"),
    ("{\"a\" 1}", 1, 6, "expected ':', found '1'"),
    ("{'a':1}", 1, 2, "expected a name in quotation marks, found '''"),
    ("{a:1}", 1, 2, "expected a name in quotation marks, found 'a'"),
    ("{\"a\":1}\n{}", 2, 1, "something follows the end of the document"),
    ("{}\u{0}", 1, 3, "something follows the end of the document"),
    ("tru", 1, 1, "expected 'true'"),
    ("nul", 1, 1, "expected 'null'"),
    ("NaN", 1, 1, "a value cannot begin with 'N'"),
    ("+1", 1, 1, "a value cannot begin with '+'"),
    (".5", 1, 1, "a value cannot begin with '.'"),
    ("01", 1, 1, "a number cannot begin with 0"),
    ("-01", 1, 1, "a number cannot begin with 0"),
    ("-", 1, 2, "expected a digit, found the end of the text"),
    ("1.", 1, 3, "expected a digit, found the end of the text"),
    ("1e", 1, 3, "expected a digit, found the end of the text"),
    ("1e+", 1, 4, "expected a digit, found the end of the text"),
    ("0x10", 1, 2, "something follows the end of the document"),
    ("\"abc", 1, 1, "a string has no end"),
    ("\"a\nb\"", 1, 3, "a string cannot hold the byte 0x0a as it is, only escaped"),
    ("\"\\x\"", 1, 3, "a backslash cannot be followed by 'x'"),
    ("\"\\u12g4\"", 1, 6, "expected four hexadecimal digits, found 'g'"),
    ("\"\\u12", 1, 6, "expected four hexadecimal digits, found the end of the text"),
    ("\"\\uD800\"", 1, 2, "half of a surrogate pair"),
    ("\"\\uDC00\"", 1, 2, "half of a surrogate pair"),
    ("\"\\uD800\\u0041\"", 1, 2, "half of a surrogate pair"),
    ("\"\\uD800\\n\"", 1, 2, "half of a surrogate pair"),
    ("// a\n{}", 1, 1, "a value cannot begin with '/'"),
    ("{\"a\":1,\n \"a\":2}", 2, 2, "the name \"a\" stands twice"),
    ("{\"a\":1,\"\\u0061\":2}", 1, 8, "the name \"a\" stands twice"),
  ]

  @Test(arguments: bad)
  func badTextIsRefusedWithItsPlace(
    text: String, line: Int, column: Int, reason: String
  ) {
    #expect(throws: JSONError.syntax(line: line, column: column, reason: reason)) {
      try JSONReader().read(Anything.self, from: text)
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
      [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xE2, 0x82, 0x41],
    ] as [[UInt8]])
  func badUTF8IsRefused(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let error = JSONError.syntax(line: 1, column: 2, reason: "a string is not UTF-8")
    #expect(throws: error) {
      try JSONReader().read(String.self, from: [quote] + bytes + [quote])
    }
    #expect(throws: error) { try JSONReader().read(String.self, from: [quote] + bytes) }
  }

  @Test func doubleNamesInALargeObjectAreRefused() {
    let members = (0..<100).map { "\"k\($0)\":0" } + ["\"k7\":1"]
    #expect(throws: JSONError.self) {
      try JSONReader().read(Anything.self, from: "{" + members.joined(separator: ",") + "}")
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONReader().read(Anything.self, from: nested(128))
    #expect(
      throws: JSONError.syntax(
        line: 1, column: 129, reason: "arrays and objects are nested deeper than 128")
    ) { try JSONReader().read(Anything.self, from: nested(129)) }
    #expect(throws: JSONError.self) {
      try JSONReader().read(Anything.self, from: String(repeating: "[", count: 1_000_000))
    }
    #expect(throws: JSONError.self) {
      try JSONReader().read(Anything.self, from: String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test(
    arguments: [
      ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"),
      ("\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", "Aé€😀"),
      ("\"Aé€😀\"", "Aé€😀"),
      ("\"\\u0000\"", "\0"),
      ("\"\u{7F}\"", "\u{7F}"),
    ])
  func stringsAreUnescaped(text: String, string: String) throws {
    #expect(try JSONReader().read(String.self, from: text) == string)
  }

  /// Cuts, doubles, swaps and changes pieces of good documents, and reads them as several types.
  @Test func noInputTraps() throws {
    let seeds = [
      #"{"process":{"user":{"uid":0,"gid":-1},"args":["sh","-c","a\nb"],"n":1.5e3}}"#,
      #"[{"a":[[],{},null,true,false]},"\uD83D\uDE00é😀",18446744073709551615,-9223372036854775808]"#,
      #"{"a":{"a":{"a":[1,2,3]}},"b":"\\\"\u0041","list":["x","y"],"number":3}"#,
    ].map { Array($0.utf8) }
    var random = SplitMix64(state: 0x5EED)
    var accepted = 0
    for round in 0..<5_000 {
      var text = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: text[place] = UInt8.random(in: 0...255, using: &random)
        case 1: text.removeSubrange(place..<Int.random(in: place...text.count, using: &random))
        case 2: text.insert(contentsOf: text[place...].prefix(9), at: place)
        case 3: text.swapAt(place, Int.random(in: 0..<text.count, using: &random))
        default:
          text[place] = Array("[]{}\",:\\u-+.eE019 \n".utf8).randomElement(using: &random) ?? 0
        }
      }
      do {
        _ = try JSONReader().read(Anything.self, from: text)
        accepted += 1
      } catch {
        #expect(!error.description.contains("\n"))
      }
      _ = try? JSONReader().read(Sample.self, from: text)
      _ = try? JSONReader(emptyStringIsAbsent: true).read([String: Sample].self, from: text)
    }
    // Some of the changed documents are still JSON: the test reaches both outcomes.
    #expect(accepted > 100 && accepted < 4_900)
  }
}

/// Any JSON value, read whole.
struct Anything: JSONValue {
  init(from node: JSONNode) {
    if (try? [Anything](from: node)) != nil { return }
    if (try? [String: Anything](from: node)) != nil { return }
    if (try? Bool(from: node)) != nil { return }
    if (try? Double(from: node)) != nil { return }
    _ = try? String(from: node)
  }

  func write(to output: JSONOutput) {}
}

/// Steele, Lea and Flood's generator: small, and the same on every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
