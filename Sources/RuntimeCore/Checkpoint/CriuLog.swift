import LinuxSystem
import SystemPackage

/// The log that CRIU writes beside its images, or in its folder for work.
struct CriuLog {
  let path: String

  /// No more than this is looked through, in bytes.
  private static let longest = 16 << 20

  /// The first line that tells of an error, without the time in front of it.
  var firstError: String? {
    guard let bytes = try? readFile(path, limit: Self.longest) else { return nil }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      // "(00.012345) Error (criu/cr-dump.c:123): …", with a process's number before it at times.
      if let error = text.range(of: "Error (") { return String(text[error.lowerBound...]) }
    }
    return nil
  }

  /// Adds to a failure what the log says, and where it is.
  func explaining<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      var sentence = "\(error)"
      // Newer ones send it along.
      if let reason = firstError, sentence.range(of: reason) == nil { sentence += ": \(reason)" }
      throw RuntimeError.processFailed("\(sentence); see \(path)")
    }
  }
}

extension String {
  /// Where another string first stands in this one.
  fileprivate func range(of other: String) -> Range<Index>? {
    let (bytes, wanted) = (utf8, other.utf8)
    var start = bytes.startIndex
    while bytes.distance(from: start, to: bytes.endIndex) >= wanted.count {
      if bytes[start...].starts(with: wanted) {
        return start..<bytes.index(start, offsetBy: wanted.count)
      }
      start = bytes.index(after: start)
    }
    return nil
  }
}
