import Foundation
import Testing

@testable import MonitorCore

/// A folder for the log of one test.
private final class LogFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "log-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var file: String { path + "/ctr.log" }

  func text(_ suffix: String = "") -> String {
    String(decoding: FileManager.default.contents(atPath: file + suffix) ?? Data(), as: UTF8.self)
  }
}

extension ContainerLog {
  fileprivate func write(_ kind: OutputKind, _ text: String) { write(kind, Array(text.utf8)) }
  fileprivate func write(_ kind: OutputKind, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { write(kind, $0) }
  }
}

@Suite struct LogFormatTests {
  @Test func kubernetesLinesHaveTimeStreamAndTag() throws {
    let folder = try LogFolder()
    let log = KubernetesLog(try LogFile(path: folder.file, maxSize: nil, maxFiles: 1))
    log.write(.output, "one\n\ntwo")
    log.write(.errorOutput, "three\t\n")
    let time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{9}[+-][0-9]{2}:[0-9]{2}"
    let expected = ["stdout F one", "stdout F ", "stdout P two", "stderr F three\t"]
    let lines = folder.text().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5 && lines.last == "")
    for (line, end) in zip(lines, expected) {
      #expect(line.range(of: "^\(time) \(end)$", options: .regularExpression) != nil)
    }
  }

  @Test func dockerLinesAreObjects() throws {
    let folder = try LogFolder()
    let log = DockerLog(try LogFile(path: folder.file, maxSize: nil, maxFiles: 1))
    log.write(.output, "a \"b\"\\ \t<é>\n")
    log.write(.errorOutput, "no end")
    let lines = folder.text().split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines[0].hasPrefix(#"{"log":"a \"b\"\\ \u0009\u003cé\u003e\n","stream":"stdout","time":"2"#))
    #expect(lines[0].hasSuffix(#"Z"}"#))
    #expect(lines[1].hasPrefix(#"{"log":"no end","stream":"stderr","time":""#))
  }

  @Test func dockerKeepsACharacterThatWasReadInTwo() throws {
    let folder = try LogFolder()
    let log = DockerLog(try LogFile(path: folder.file, maxSize: nil, maxFiles: 1))
    log.write(.output, [0x61, 0xE2, 0x82])
    log.write(.output, [0xAC, 0x0A, 0xFF, 0xC3])
    log.endOfProcess()
    let texts = folder.text().split(separator: "\n").map { $0.prefix { $0 != "," } }
    #expect(texts == [#"{"log":"a""#, #"{"log":"€\n""#, #"{"log":"\ufffd""#, #"{"log":"\ufffd""#])
  }

  @Test(arguments: [2, 5]) func rotationCutsNoLineAndLosesNone(files: Int) throws {
    let folder = try LogFolder()
    let log = KubernetesLog(try LogFile(path: folder.file, maxSize: 1000, maxFiles: files))
    // Each record has 64 bytes.
    let pad = String(repeating: "x", count: 64 - 35 - 10 - 5)
    for number in 0..<60 { log.write(.output, "\(pad)\(1000 + number)\n") }
    var numbers: [Int] = []
    for suffix in (1..<files).reversed().map({ ".\($0)" }) + [""] {
      let text = folder.text(suffix)
      #expect(text.utf8.count <= 1000 && (text.isEmpty || text.hasSuffix("\n")))
      numbers += text.split(separator: "\n").compactMap { Int($0.suffix(4)) }
    }
    #expect(numbers == Array((1060 - numbers.count)..<1060))
    #expect(numbers.count >= min(60, (files - 1) * 15))
    #expect(!FileManager.default.fileExists(atPath: folder.file + ".\(files)"))
  }

  @Test func aRecordLargerThanTheLimitIsWhole() throws {
    let folder = try LogFolder()
    let log = KubernetesLog(try LogFile(path: folder.file, maxSize: 100, maxFiles: 2))
    let line = String(repeating: "y", count: 500)
    log.write(.output, line + "\n")
    log.write(.output, "z\n")
    #expect(folder.text(".1").hasSuffix(" F \(line)\n"))
    #expect(folder.text().hasSuffix(" F z\n"))
  }

  @Test func aLinkInThePlaceOfTheLogIsNotFollowed() throws {
    let folder = try LogFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.file, withDestinationPath: folder.path + "/elsewhere")
    #expect(throws: (any Error).self) {
      _ = try LogFile(path: folder.file, maxSize: nil, maxFiles: 1)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/elsewhere"))
  }

  @Test func aLogGoesOnWhereItEnded() throws {
    let folder = try LogFolder()
    for text in ["first\n", "second\n"] {
      KubernetesLog(try LogFile(path: folder.file, maxSize: nil, maxFiles: 1)).write(.output, text)
    }
    #expect(folder.text().split(separator: "\n").count == 2)
  }
}
