/// Writes a tar archive as Go's archive/tar does: ustar headers, with PAX records for what does not fit.
public final class TarWriter {
  private let sink: any ByteSink

  /// - Parameter sink: where the archive goes.
  public init(to sink: any ByteSink) { self.sink = sink }

  /// Writes an entry's headers; its `size` bytes follow by `writeContent`. Holes are written as zeros.
  public func write(_ entry: TarEntry) throws(ArchiveError) {}

  /// Writes the next bytes of the content of the entry; more than its size is an error.
  public func writeContent(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {}

  /// Writes a regular file and its content at once.
  public func writeFile(_ entry: TarEntry, content: [UInt8]) throws(ArchiveError) {}

  /// Writes the end of the archive, and finishes the sink.
  public func finish() throws(ArchiveError) {}
}
