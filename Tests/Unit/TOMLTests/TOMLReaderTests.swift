import TOML
import Testing

@Suite struct TOMLReaderTests {
  private func read(_ text: String) throws -> TOMLTable { try TOMLReader.read(Array(text.utf8)) }

  @Test func tablesAndKeys() throws {
    let document = try read(
      """
      # the usual beginning
      title = "a" # of a file
      [engine]
      "quoted key" = 1
      runtimes.crun = ["/usr/bin/crun"]
      runtimes.'run c' = []
      [engine.volumes.local]
      on = true
      [[registry]]
      location = "one"
      [[registry]]
      location = "two"
        [registry.mirror]
        insecure = false
      """)
    #expect(
      document == [
        "title": .string("a"),
        "engine": .table([
          "quoted key": .integer(1),
          "runtimes": .table(["crun": .array([.string("/usr/bin/crun")]), "run c": .array([])]),
          "volumes": .table(["local": .table(["on": .boolean(true)])]),
        ]),
        "registry": .array([
          .table(["location": .string("one")]),
          .table(["location": .string("two"), "mirror": .table(["insecure": .boolean(false)])]),
        ]),
      ])
  }

  @Test(
    arguments: [
      ("0", .integer(0)), ("-17", .integer(-17)), ("+1_000", .integer(1000)),
      ("0xff", .integer(255)), ("0o755", .integer(493)), ("0b1_0", .integer(2)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("1.5", .float(1.5)), ("-0.0", .float(-0.0)), ("5e+2", .float(500)),
      ("1_0.2_5e-1", .float(1.025)),
      ("inf", .float(.infinity)), ("-inf", .float(-.infinity)), ("true", .boolean(true)),
      (#""\t\"\\\u00e9\U0001F600""#, .string("\t\"\\é😀")), (#"'C:\no'"#, .string(#"C:\no"#)),
      ("\"\"\"\nfirst\nsecond\\\n\n   third\"\"\"", .string("first\nsecondthird")),
      ("\"\"\"\"two\"\"\"\"\"", .string("\"two\"\"")), ("'''\n'a'\n'''", .string("'a'\n")),
      ("[ 1, # one\n 2,\n]", .array([.integer(1), .integer(2)])),
      (
        "{ a.b = 1, c = [{}] }",
        .table(["a": .table(["b": .integer(1)]), "c": .array([.table([:])])])
      ),
    ] as [(String, TOMLValue)])
  func values(_ text: String, _ value: TOMLValue) throws {
    #expect(try read("key = \(text)\r\n") == ["key": value])
  }

  @Test func notANumber() throws {
    guard case .float(let number) = try read("key = nan")["key"] else {
      Issue.record("nan is a float")
      return
    }
    #expect(number.isNaN)
  }

  @Test(arguments: [
    ("a", 1, "expected ="), ("\n\na = ", 3, "expected a value"), ("= 1", 1, "expected a key"),
    ("a = word", 1, "word is not a value"), ("a = 1 b = 2", 1, "end of the line"),
    ("a = 01", 1, "not a value"), ("a = 1__0", 1, "not a value"), ("a = 0x", 1, "not a value"),
    ("a = 1.", 1, "not a value"), ("a = .5", 1, "not a value"), ("a = 1e", 1, "not a value"),
    ("a = 9223372036854775808", 1, "out of range"), ("a = 1979-05-27", 1, "date or a time"),
    ("a = 07:32:00", 1, "date or a time"), ("a = \"no end\nb = 1", 1, "no end"),
    ("a = 'no end", 1, "no end"), ("a = \"\"\"no end", 1, "no end"), ("a = \"\\q\"", 1, "escape"),
    ("a = \"\\ud800\"", 1, "no character"), ("a = \"\\u12\"", 1, "4 hexadecimal digits"),
    ("a = [1 2]", 1, "expected , or ]"), ("a = {b = 1,}", 1, "expected a key"),
    ("a = {b = 1", 1, "expected , or }"), ("[a", 1, "expected ]"), ("[[a]", 1, "expected ]]"),
    ("a = 1\na = 2", 2, "a is defined twice"), ("[a]\n[a]", 2, "a is defined twice"),
    ("[a.b]\n[a]\nb.c = 1", 3, "b.c is defined twice"), ("a.b = 1\n[a]", 2, "a is defined twice"),
    ("a = {}\n[a.b]", 2, "a.b is defined twice"), ("a = {}\na.b = 1", 2, "a.b is defined twice"),
    ("a = []\n[[a]]", 2, "a is defined twice"), ("[[a]]\n[a]", 2, "a is defined twice"),
    ("# \u{1}", 1, "control character"), ("a = \"\u{7f}\"", 1, "no end"),
  ])
  func errorsNameTheirLine(_ text: String, _ line: Int, _ reason: String) {
    do {
      let document = try read(text)
      Issue.record("\(text) was read as \(document)")
    } catch let error as TOMLError {
      #expect(error.line == line)
      #expect(error.reason.contains(reason), "\(error)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func whatIsNotUTF8IsRefused() {
    #expect(throws: TOMLError.self) { try TOMLReader.read([0x61, 0x3D, 0x22, 0xFF, 0x22]) }
  }

  @Test func depthIsBounded() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: TOMLError(line: 1, "values stand too deep in each other")) {
      try read("a = \(deep)")
    }
    let parts = String(repeating: "a.", count: 100_000)
    #expect(throws: TOMLError(line: 1, "the key has too many parts")) { try read("[\(parts)a]") }
    let allowed = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(try read("a = \(allowed)").count == 1)
  }

  /// Whatever the text, the answer is a document or an error, never a trap.
  @Test func anyTextGetsAnAnswer() throws {
    let sample =
      "[a.b]\nc = [\"x\", 1_0, -1.5e3, {d = '''q''', e = true}] # end\n[[f]]\n\"g\" = \"\\u00e9\""
    let bytes = Array(sample.utf8)
    for length in 0...bytes.count { _ = try? TOMLReader.read(Array(bytes[..<length])) }
    for index in bytes.indices {
      for replacement in [0, 0x0A, 0x22, 0x27, 0x5B, 0x5D, 0x7B, 0x2E, 0x30, 0x5C, 0xFF] as [UInt8]
      {
        var changed = bytes
        changed[index] = replacement
        _ = try? TOMLReader.read(changed)
      }
    }
  }
}
