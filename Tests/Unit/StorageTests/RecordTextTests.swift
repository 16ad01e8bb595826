import Testing

@testable import Storage

@Suite struct RecordTextTests {
  private func text(_ string: String) -> RecordText { RecordText(parsing: Array(string.utf8)) }
  private func string(_ text: RecordText) -> String { String(decoding: text.bytes, as: UTF8.self) }
  private func elements(_ text: RecordText) -> [String] {
    text.elements.indices.map { String(decoding: text.element($0), as: UTF8.self) }
  }

  @Test func cutsAnArrayIntoItsElements() {
    let records = text(#" [ {"id":"a","x":[1,{"y":"}]\""}]} , {"id":"b"},3] "#)
    #expect(elements(records) == [#"{"id":"a","x":[1,{"y":"}]\""}]}"#, #"{"id":"b"}"#, "3"])
    #expect(records.damage == nil)
  }

  @Test(arguments: ["", "null", "[]", " [ ] \n"])
  func thereMayBeNoRecords(_ string: String) {
    #expect(text(string).elements.isEmpty)
    #expect(text(string).damage == nil)
  }

  @Test(arguments: [
    (#"[{"id":"a"},{"id":"b""#, 1), (#"[{"id":"a"}"#, 1), (#"[{"id":"a"},"#, 1), ("[", 0),
    (#"[{"id":"a"}]]"#, 1), ("{}", 0), (#"[{"id":"a"} {"id":"b"}]"#, 1), ("\u{0}\u{0}\u{0}", 0),
    (#"["\"#, 0),
  ])
  func whatStandsBeforeADamageIsRead(_ string: String, _ count: Int) {
    #expect(text(string).elements.count == count)
    #expect(text(string).damage != nil)
  }

  @Test func changesOneElementAndLeavesTheOthersAsTheyAre() {
    var records = text(#"[{"id": "a"}, {"id":"b"},{"id":"c"}]"#)
    records.replace(1, with: Array("{}".utf8))
    #expect(string(records) == #"[{"id": "a"}, {},{"id":"c"}]"#)
    records.append(Array("4".utf8))
    records.remove(1)
    #expect(string(records) == #"[{"id": "a"}, {"id":"c"},4]"#)
    #expect(elements(records) == [#"{"id": "a"}"#, #"{"id":"c"}"#, "4"])
    records.remove(2)
    records.remove(0)
    records.remove(0)
    #expect(string(records) == "[]")
    records.append(Array("5".utf8))
    #expect(string(records) == "[5]")
    #expect(elements(records) == ["5"])
  }

  @Test func findsTheElementsThatHoldAText() {
    let records = text(#"["one","two","one two","one one"]"#)
    #expect(records.indices(containing: Array("one".utf8)) == [0, 2, 3])
    #expect(records.indices(containing: Array("three".utf8)) == [])
    #expect(records.indices(containing: []) == [])
  }
}
