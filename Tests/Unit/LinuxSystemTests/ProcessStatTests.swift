import LinuxSystem
import Testing

@Suite struct ProcessStatTests {
  private static let tail =
    " S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 8675309 2600960 200 18446744073709551615\n"

  @Test(arguments: ["42 (sh)", "42 (a) R 1 (b)", "42 (new\nline)", "42 ())"])
  func aNameMayHoldAnything(start: String) {
    let stat = ProcessStat(Array((start + Self.tail).utf8))
    #expect(stat?.state == "S")
    #expect(stat?.parentID == 7)
    #expect(stat?.startTime == 8_675_309)
    #expect(stat?.hasEnded == false)
  }

  @Test(arguments: ["", "42", "42 (sh)", "42 (sh) S 7", "42 (sh) S x y z"])
  func otherFormsAreRefused(text: String) {
    #expect(ProcessStat(Array(text.utf8)) == nil)
  }

  @Test func ourOwnIsRead() throws {
    let stat = try ProcessStat(of: CurrentProcess.id)
    #expect(stat.parentID == CurrentProcess.parentID)
    #expect(stat.startTime > 0)
  }

  @Test func aMissingProcessIsAnError() {
    #expect(throws: SystemError.self) { try ProcessStat(of: -5) }
  }
}
