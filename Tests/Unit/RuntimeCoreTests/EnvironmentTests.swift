import Testing

@testable import RuntimeCore

@Suite struct EnvironmentTests {
  @Test func lastOfSeveralWins() throws {
    #expect(
      try Environment.make(["A=1", "B=2", "A=3", "HOME=/h", "C="], user: 0)
        == ["B=2", "A=3", "HOME=/h", "C="])
  }

  @Test(arguments: [[], ["HOME="], ["HOME=/x", "HOME="]])
  func missingHomeIsAdded(entries: [String]) throws {
    let environment = try Environment.make(entries, user: 4_000_000_000)
    #expect(environment.count == 1)
    #expect(environment.first?.hasPrefix("HOME=/") == true)
  }

  @Test(arguments: ["NAME", "", "=x", "A=\u{0}b"])
  func otherFormsAreNamed(entry: String) {
    #expect {
      try Environment.make([entry], user: 0)
    } throws: {
      "\($0)".hasPrefix("process.env: ")
    }
  }

  @Test func valueIsFoundByItsWholeName() {
    #expect(Environment.value(of: "PATH", in: ["PATHS=a", "PATH=b=c"]) == "b=c")
    #expect(Environment.value(of: "PATH", in: ["PATHS=a"]) == nil)
  }
}
