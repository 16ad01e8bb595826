import Archive
import Igzip
import ImageSpec
import LinuxSystem
import SystemPackage

/// How a layer is compressed on its way.
struct Recoding {
  var compression: MediaType.Compression
  /// Nil for the format's default.
  var level: Int?
  /// Whether zstd is to be zstd:chunked.
  var isChunked = false

  init(_ compression: MediaType.Compression, level: Int? = nil, isChunked: Bool = false) {
    (self.compression, self.level, self.isChunked) = (compression, level, isChunked)
  }

  /// Decompresses what is compressed, and compresses it as asked.
  func recode(from input: FileDescriptor, to output: FileDescriptor) throws -> WorkerReport {
    let raw = HashingSource(DescriptorSource(input, bufferSize: 1 << 18))
    let decompressor = try Decompressor(raw, gzip: IgzipDecoder.decoding)
    // What is not compressed is hashed once.
    let isPlain = decompressor.compression == .none
    raw.isHashing = !isPlain
    var report = try compress(decompressor, to: output)
    // Whatever stands behind the end of the compressed stream belongs to the blob.
    try raw.drain()
    if !isPlain {
      report.originalDigest = Digest(raw.digest())
      report.originalSize = Int64(exactly: raw.count)
    }
    return report
  }

  /// Compresses an archive, which the report has as the original.
  func compress(_ archive: any ByteSource, to output: FileDescriptor) throws -> WorkerReport {
    let plain = HashingSource(archive)
    let destination = DescriptorSink(output, bufferSize: 1 << 18)
    var report = WorkerReport()
    if compression == .zstd, isChunked {
      report.annotations = try ChunkedLayer(level: level).write(plain, to: destination)
    } else {
      let sink = try sink(to: destination)
      try sink.write(from: plain)
      try sink.finish()
    }
    report.originalDigest = Digest(plain.digest())
    report.originalSize = Int64(exactly: plain.count)
    report.diffID = report.originalDigest
    return report
  }

  private func sink(to destination: any ByteSink) throws -> any ByteSink {
    switch compression {
    // A level that was asked for is zlib's.
    case .gzip where level == nil: IgzipEncoder(to: destination)
    case .gzip: try Compressor(.gzip, level: level, to: destination)
    case .zstd: try Compressor(.zstd, level: level, to: destination)
    case .none: destination
    }
  }
}
