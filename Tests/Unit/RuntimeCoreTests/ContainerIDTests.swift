import Testing

@testable import RuntimeCore

@Suite struct ContainerIDTests {
  @Test(arguments: ["a", "web-1", "A_b+c.d", "...", String(repeating: "x", count: 255)])
  func takesWhatRuncTakes(_ text: String) throws {
    #expect(try ContainerID(text).description == text)
  }

  @Test(arguments: [
    "", ".", "..", "/", "../x", "a/b", "a b", "a\0b", "ä", "a\n",
    String(repeating: "x", count: 256),
  ])
  func refusesWhatIsNoFolderOfItsOwn(_ text: String) {
    #expect(throws: RuntimeError.self) { try ContainerID(text) }
  }

  @Test func saysWhichAndWhyOnOneLine() {
    do {
      _ = try ContainerID("a\nb")
      Issue.record("accepted")
    } catch {
      let expected =
        #"invalid container ID "a\nb": only letters, digits and _ + - . are allowed"#
      #expect("\(error)" == expected)
    }
  }
}
