import LinuxSystem
import RuntimeCore
import SystemPackage
import Testing

@testable import RuntimeCommands

@Suite struct LogWriterTests {
  /// What a log of this form writes, with its times replaced.
  private func written(
    _ format: LogWriter.Format, least: RuntimeLog.Level = .info, _ body: (LogWriter) -> Void
  ) throws -> String {
    let file = SharedDescriptor(try OwnedDescriptor.memoryFile("log"))
    body(LogWriter(format: format, least: least, file: file))
    try file.lent.seek(offset: 0, from: .start)
    let text = String(decoding: try file.lent.readToEnd(limit: 1 << 16), as: UTF8.self)
    let time = try #require(text.split(separator: "\"").first { $0.hasSuffix("Z") })
    return text.split(separator: time, omittingEmptySubsequences: false).joined(separator: "TIME")
  }

  @Test func text() throws {
    #expect(
      try written(.text) {
        $0.write(.error, "a \"b\"\nc")
        $0.write(.warning, "plain")
        $0.write(.debug, "not asked for")
      } == """
        time="TIME" level=error msg="a \\"b\\"\\nc"
        time="TIME" level=warning msg=plain

        """)
  }

  @Test func json() throws {
    #expect(
      try written(.json, least: .debug) { $0.write(.debug, "a \"b\"\nc") }
        == #"{"level":"debug","msg":"a \"b\"\nc","time":"TIME"}"# + "\n")
  }
}
