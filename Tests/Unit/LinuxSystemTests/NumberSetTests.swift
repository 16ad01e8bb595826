import LinuxSystem
import Testing

@Suite struct NumberSetTests {
  @Test(
    arguments: [
      ("0", [0]), ("0-3,7", [0, 1, 2, 3, 7]), (" 1 , ,2-2,", [1, 2]), ("63,64", [63, 64]),
      ("65536", [65536]),
    ] as [(String, [Int])])
  func listsAreRead(list: String, numbers: [Int]) throws {
    let set = try #require(NumberSet(list: list))
    #expect((0...NumberSet.limit).filter { set.contains($0) } == numbers)
  }

  @Test(arguments: [
    "", ",", "a", "-1", "1-", "3-1", "1-2-3", "+1", "1 2", "65537", "99999999999999999999999",
    "0-65537",
  ])
  func otherTextIsRefused(list: String) {
    #expect(NumberSet(list: list) == nil)
  }

  @Test func wordsAreTheKernels() {
    #expect(NumberSet(list: "0,65")?.words == [1, 2])
    #expect(NumberSet.all(below: 66).words == [.max, 3])
    #expect(NumberSet.all(below: 64).words == [.max])
    #expect(NumberSet.all(below: 0).isEmpty && NumberSet.all(below: -1).isEmpty)
  }
}
