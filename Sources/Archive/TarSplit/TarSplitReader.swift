internal import JSON

/// Reads tar-split data line by line.
final class TarSplitReader {
  enum Line: Equatable {
    /// Bytes of the archive.
    case segment([UInt8])
    /// The content of the file of this name, as long, and with this checksum.
    case file(name: [UInt8], size: UInt64, checksum: [UInt8])
  }

  private struct Document: JSONObject {
    var type = 0
    var name: String?
    var rawName: String?
    var size: UInt64?
    var payload: String?

    static var blank: Document { Document() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("type", &type)
      try object.member("name", &name)
      try object.member("name_raw", &rawName)
      try object.member("size", &size)
      try object.member("payload", &payload)
    }
  }

  private let source: any ByteSource
  private var buffer: [UInt8] = []
  private var start = 0
  private static let longestLine = 1 << 24

  /// - Parameter source: gzip or plain.
  init(_ source: any ByteSource) throws(ArchiveError) { self.source = try Decompressor(source) }

  /// The next line; nil at the end.
  func next() throws(ArchiveError) -> Line? {
    while let text = try nextLine() {
      if text.isEmpty { continue }
      return try line(text)
    }
    return nil
  }

  private func nextLine() throws(ArchiveError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      buffer.removeSubrange(..<start)
      start = 0
      searched = buffer.count
      guard buffer.count <= TarSplitReader.longestLine else {
        throw .malformed(.tarSplit, "line", offset: 0)
      }
      let piece = try source.next(1 << 16)
      if piece.isEmpty {
        if buffer.isEmpty { return nil }
        defer { buffer = [] }
        return buffer
      }
      buffer.append(contentsOf: piece)
    }
  }

  private func line(_ text: [UInt8]) throws(ArchiveError) -> Line {
    let document: Document
    do throws(JSONError) {
      document = try JSONReader().read(Document.self, from: text)
    } catch {
      throw .malformed(.tarSplit, error.description, offset: 0)
    }
    guard let payload = base64Decoded((document.payload ?? "").utf8) else {
      throw .malformed(.tarSplit, "payload", offset: 0)
    }
    switch document.type {
    case 2: return .segment(payload)
    case 1:
      let name =
        document.rawName.flatMap { base64Decoded($0.utf8) } ?? Array((document.name ?? "").utf8)
      return .file(name: name, size: document.size ?? 0, checksum: payload)
    default: throw .malformed(.tarSplit, "type \(document.type)", offset: 0)
    }
  }
}
