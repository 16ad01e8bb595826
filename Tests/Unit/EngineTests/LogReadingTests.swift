import Foundation
import Testing

@testable import Engine

@Suite struct LogReadingTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "logs-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/ctr.log")
  }

  private func lines(_ reader: LogFiles) throws -> [String] {
    var lines: [String] = []
    try reader.read { lines.append(String(decoding: $0, as: UTF8.self)) }
    return lines
  }

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  @Test func olderFilesComeFirst() throws {
    try withFolder { path in
      try write("1\n2\n", path + ".2")
      try write("3\n", path + ".1")
      try write("4\n5", path)
      #expect(try lines(LogFiles(path)) == ["1", "2", "3", "4"])
    }
  }

  @Test func aReaderGoesOnOverRotationsThatItHasMissed() throws {
    try withFolder { path in
      let reader = LogFiles(path)
      #expect(try lines(reader) == [])
      try write("1\npart", path)
      #expect(try lines(reader) == ["1"])
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try file.seekToEnd()
      file.write(Data("ial\n".utf8))
      // Twice: the one that is read has lost its names.
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      try write("3\n", path)
      #expect(try lines(reader) == ["partial", "3"])
      try FileManager.default.removeItem(atPath: path + ".1")
      try FileManager.default.removeItem(atPath: path)
      try write("4\n", path + ".1")
      try write("5\n", path)
      #expect(try lines(reader) == ["4", "5"])
    }
  }

  @Test func recordsOfBothFormatsAreRead() {
    func read(_ format: LogFormat, _ line: String) -> [String] {
      var found: [String] = []
      Array(line.utf8).withUnsafeBytes { bytes in
        format.read(bytes) { record in
          found.append(
            "\(String(decoding: record.time, as: UTF8.self))|\(record.isError)|\(record.isPartial)|"
              + String(decoding: record.text, as: UTF8.self))
        }
      }
      return found
    }
    #expect(read(.kubernetes, "T stdout F a b ") == ["T|false|false|a b "])
    #expect(read(.kubernetes, "T stderr P ") == ["T|true|true|"])
    #expect(read(.docker, #"{"log":"a\n","stream":"stderr","time":"T"}"#) == ["T|true|false|a"])
    #expect(read(.docker, #"{"log":"a","stream":"stdout","time":"T"}"#) == ["T|false|true|a"])
    for broken in ["", "x", "T stdout", "T stdout F", "{", #"{"log":1}"#] {
      #expect(read(.kubernetes, broken) == [] && read(.docker, broken) == [])
    }
  }

  @Test func keysThatDetachAreHeldBack() {
    var keys = DetachKeys([16, 17])
    #expect(keys.pass([1, 16]) == ([1], false))
    #expect(keys.pass([2]) == ([16, 2], false))
    #expect(keys.pass([16, 16]) == ([16], false))
    #expect(keys.pass([17, 5]) == ([], true))
    var none = DetachKeys([])
    #expect(none.pass([16, 17]) == ([16, 17], false))
  }
}
