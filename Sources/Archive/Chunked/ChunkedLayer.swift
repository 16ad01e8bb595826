/// A layer as zstd:chunked: zstd in which the content of each file is a frame of its own, and behind it, in
/// frames that other readers skip, a table of contents that says where each file is. So whoever has
/// some of the files already needs to fetch only the others.
///
/// The format is that of containers/storage: `pkg/chunked` there.
public struct ChunkedLayer {
  private let level: Int?

  /// - Parameter level: of zstd, 1–22; nil for the default.
  public init(level: Int?) { self.level = level }

  /// Compresses an archive, and finishes the sink.
  ///
  /// - Returns: what the manifest has to say of the blob. Nothing where the table cannot say what is in the
  ///   archive (sparse files, names that are not UTF-8): then it is zstd like any other.
  public func write(
    _ archive: any ByteSource, to sink: any ByteSink
  ) throws(ArchiveError) -> [String: String] {
    let output = CountingSink(sink)
    let contents = ChunkedContents(try ZstdEncoder(level: level, to: output), output)
    let split = ChunkedPart()
    let splitText = CountingSink(try Compressor(.zstd, level: level, to: split))
    let recorder = TarSplitRecorder(to: splitText)
    let observer = ChunkedObserver(contents, recorder)
    let reader = TarReader(archive, limits: ArchiveLimits(), recorder: observer)
    while try reader.next() != nil {}
    var annotations: [String: String] = [:]
    if contents.isRepresentable, recorder.isReproducible {
      annotations = try writeTable(
        contents.table, split, splitSize: splitText.count, to: output)
    }
    try output.finish()
    return annotations
  }

  private func writeTable(
    _ table: ContentsTable, _ split: ChunkedPart, splitSize: UInt64, to output: CountingSink
  ) throws(ArchiveError) -> [String: String] {
    let text = table.text(tarSplitDigest: split.digest)
    let toc = ChunkedPart()
    let encoder = try Compressor(.zstd, level: level, to: toc)
    try encoder.write(text)
    try encoder.finish()
    let tocOffset = output.count + 8
    try output.writeSkippableFrame(toc.bytes)
    let splitOffset = output.count + 8
    try output.writeSkippableFrame(split.bytes)
    // The same for readers that see the blob alone.
    let numbers = [
      tocOffset, UInt64(toc.bytes.count), UInt64(text.count), 1, splitOffset,
      UInt64(split.bytes.count), splitSize,
    ]
    let footer = numbers.flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } }
    try output.writeSkippableFrame(footer + Array("GNUlInUx".utf8))
    let prefix = "io.github.containers.zstd-chunked."
    return [
      prefix + "manifest-checksum": toc.digest,
      prefix + "manifest-position": "\(tocOffset):\(toc.bytes.count):\(text.count):1",
      prefix + "tarsplit-position": "\(splitOffset):\(split.bytes.count):\(splitSize)",
    ]
  }
}

/// One of the compressed parts behind the files, which are small.
private final class ChunkedPart: ByteSink {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    // A skippable frame's size is a number of 32 bits.
    guard self.bytes.count + bytes.count <= Int(Int32.max) else {
      throw .exceeds(.headerBytes, allowed: UInt64(Int32.max))
    }
    self.bytes.append(contentsOf: bytes)
  }

  func finish() throws(ArchiveError) {}

  var digest: String { SHA256.value(of: bytes).description }
}

/// Counts what passes.
final class CountingSink: ByteSink {
  private let sink: any ByteSink
  private(set) var count: UInt64 = 0

  init(_ sink: any ByteSink) { self.sink = sink }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    count += UInt64(bytes.count)
    try sink.write(bytes)
  }

  func finish() throws(ArchiveError) { try sink.finish() }

  /// Bytes that a reader of zstd passes over.
  func writeSkippableFrame(_ bytes: [UInt8]) throws(ArchiveError) {
    let size = withUnsafeBytes(of: UInt32(clamping: bytes.count).littleEndian) { Array($0) }
    try write([0x50, 0x2a, 0x4d, 0x18] + size)
    try write(bytes)
  }
}

/// Gives each of two observers what it is to see.
private final class ChunkedObserver: TarObserver {
  private let contents: ChunkedContents
  private let recorder: TarSplitRecorder

  init(_ contents: ChunkedContents, _ recorder: TarSplitRecorder) {
    (self.contents, self.recorder) = (contents, recorder)
  }

  func raw(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    try contents.raw(bytes)
    try recorder.raw(bytes)
  }

  func begin(_ entry: TarEntry) throws(ArchiveError) {
    try contents.begin(entry)
    try recorder.begin(entry)
  }

  func content(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    try contents.content(bytes)
    try recorder.content(bytes)
  }

  func endContent() throws(ArchiveError) {
    try contents.endContent()
    try recorder.endContent()
  }

  func endArchive() throws(ArchiveError) {
    try contents.endArchive()
    try recorder.endArchive()
  }
}

/// Writes the frames, and notes where they are.
private final class ChunkedContents: TarObserver {
  private let encoder: ZstdEncoder
  private let output: CountingSink
  private(set) var table = ContentsTable()
  private(set) var isRepresentable = true
  private var entry: TarEntry?
  /// Where the frame with the entry's content begins; nil before its first byte.
  private var start: UInt64?
  private var hash = SHA256()

  init(_ encoder: ZstdEncoder, _ output: CountingSink) {
    (self.encoder, self.output) = (encoder, output)
  }

  func raw(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) { try encoder.write(bytes) }

  func begin(_ entry: TarEntry) throws(ArchiveError) {
    if entry.dataRegions != nil || !ContentsTable.canHold(entry) { isRepresentable = false }
    self.entry = entry
  }

  func content(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    if start == nil {
      try encoder.endFrame()
      start = output.count
      hash = SHA256()
    }
    hash.update(bytes)
    try encoder.write(bytes)
  }

  func endContent() throws(ArchiveError) {
    guard let entry else { return }
    self.entry = nil
    guard let start else { return table.append(entry, nil) }
    self.start = nil
    try encoder.endFrame()
    table.append(
      entry,
      ContentsTable.Place(
        digest: hash.value().description, offset: start, end: output.count))
  }

  func endArchive() throws(ArchiveError) { try encoder.endFrame() }
}
