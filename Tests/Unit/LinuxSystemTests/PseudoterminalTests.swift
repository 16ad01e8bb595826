import Foundation
import LinuxSystem
import SystemPackage
import Testing

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: "/dev/ptmx"), "there is no /dev/ptmx here")
) struct PseudoterminalTests {
  @Test func bothEndsAreOneTerminal() throws {
    var pair = try Pseudoterminal()
    let number = pair.number
    let controller = try shared(pair.controller.take())
    let terminal = try shared(pair.terminal.take())
    #expect(terminal.lent.isTerminal)
    #expect(FileManager.default.fileExists(atPath: "/dev/pts/\(number)"))
    try controller.lent.setWindowSize(WindowSize(rows: 24, columns: 132))
    #expect(try terminal.lent.windowSize() == WindowSize(rows: 24, columns: 132))
  }

  @Test func newLinesAreChangedUntilToldNotTo() throws {
    var pair = try Pseudoterminal()
    let controller = try shared(pair.controller.take())
    let terminal = try shared(pair.terminal.take())
    try terminal.lent.writeAll("a\n")
    #expect(try controller.lent.readSome(limit: 8) == Array("a\r\n".utf8))
    let before = try terminal.lent.terminalModes()
    try terminal.lent.setTerminalModes(before.withoutReturnBeforeNewLine())
    try terminal.lent.writeAll("a\n")
    #expect(try controller.lent.readSome(limit: 8) == Array("a\n".utf8))
    try terminal.lent.setTerminalModes(before.raw())
    // Raw: nothing is echoed, and one byte is a whole input.
    try controller.lent.writeAll("x")
    #expect(try terminal.lent.readSome(limit: 8) == Array("x".utf8))
    #expect(try !controller.lent.isReadable(within: 0))
  }

  /// What an image may have put in its place is not asked for a terminal.
  @Test(arguments: ["/dev/null", "/etc/passwd", "/dev", "/dev/tty-none"])
  func otherFilesAreNoMultiplexers(path: String) {
    #expect(throws: SystemError.self) { _ = try Pseudoterminal(path).number }
  }
}
