/// Writes tar-split data while an archive is read: what of the archive is no content of files, and for
/// each file its name, size and checksum. See the formats of github.com/vbatts/tar-split: JSON lines,
/// mostly kept compressed with gzip.
final class TarSplitRecorder: TarObserver {
  private let sink: any ByteSink
  /// Bytes that belong to the next segment.
  private var segment: [UInt8] = []
  private var position = 0
  private var names: Set<[UInt8]> = []
  private var file: File?

  private struct File {
    var name: [UInt8]
    var size: UInt64
    var checksum = CRC64()
    /// Whether the content goes into segments, because the unpacked file will not give it back: that
    /// of sparse files, whose holes are not in the archive.
    var isRaw: Bool
  }

  /// Whether no file of the archive replaced another of the same name: then the first one's content is
  /// gone, and the format has no place for the second.
  private(set) var isReproducible = true

  private static let largestSegment = 1 << 20

  init(to sink: any ByteSink) { self.sink = sink }

  /// An entry replaced content that was recorded.
  func lostContent() { isReproducible = false }

  func raw(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    segment.append(contentsOf: bytes)
    if segment.count >= TarSplitRecorder.largestSegment { try endSegment() }
  }

  func begin(_ entry: TarEntry) throws(ArchiveError) {
    try endSegment()
    let isNew = names.insert(cleanedPath(entry.path)).inserted
    if !isNew, entry.size > 0 { isReproducible = false }
    let isSparse = entry.dataRegions != nil
    guard isNew, !isSparse else {
      file = File(name: [], size: 0, isRaw: true)
      return
    }
    let size = entry.kind == .regular ? entry.size : 0
    file = File(name: entry.path, size: size, isRaw: entry.kind != .regular)
    if size == 0 { try writeFile() }
  }

  func content(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    if file?.isRaw ?? true { return try raw(bytes) }
    file?.checksum.update(bytes)
  }

  func endContent() throws(ArchiveError) {
    if let file, file.size > 0 { try writeFile() }
    file = nil
  }

  func endArchive() throws(ArchiveError) {
    try endSegment()
    try sink.finish()
  }

  // MARK: Lines

  private func writeFile() throws(ArchiveError) {
    guard let file else { return }
    var line = Array("{\"type\":1,".utf8)
    if String(validating: file.name, as: UTF8.self) != nil {
      if !file.name.isEmpty {
        line += "\"name\":".utf8
        appendGoString(file.name, to: &line)
        line.append(UInt8(ascii: ","))
      }
    } else {
      line += "\"name_raw\":\"".utf8
      appendBase64(file.name, to: &line)
      line += "\",".utf8
    }
    if file.size > 0 {
      line += "\"size\":\(file.size),\"payload\":\"".utf8
      appendBase64(file.checksum.bytes, to: &line)
      line += "\"".utf8
    } else {
      line += "\"payload\":null".utf8
    }
    try write(&line)
  }

  private func endSegment() throws(ArchiveError) {
    if segment.isEmpty { return }
    var line = Array("{\"type\":2,\"payload\":\"".utf8)
    line.reserveCapacity(segment.count / 3 * 4 + 64)
    appendBase64(segment, to: &line)
    line.append(UInt8(ascii: "\""))
    segment.removeAll(keepingCapacity: true)
    try write(&line)
  }

  private func write(_ line: inout [UInt8]) throws(ArchiveError) {
    line += ",\"position\":\(position)}\n".utf8
    position += 1
    try sink.write(line)
  }
}
