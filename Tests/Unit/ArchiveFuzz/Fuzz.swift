// The entry of libFuzzer: see Scripts/fuzz.
import Archive
import LinuxSystem
import SystemPackage

/// The first byte chooses what the others are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size).dropFirst())
  guard size > 0 else { return 0 }
  // Pieces of some size: readers must not rely on getting all at once.
  let source = MemorySource(bytes, pieceSize: Int(data[0] >> 3) * 32 + 1)
  do {
    switch data[0] & 7 {
    case 0: try read(source, limits)
    case 1: try read(Decompressor(source, .gzip, limits: limits), limits)
    case 2: try read(Decompressor(source, .zstd, limits: limits), limits)
    case 4: try read(Decompressor(source, .bzip2, limits: limits), limits)
    case 5: try read(Decompressor(source, .xz, limits: limits), limits)
    // A format that is found out, as with `load`.
    case 6: try read(Decompressor(source, limits: limits), limits)
    case 7: _ = try ChunkedLayer(level: 1).write(source, to: HashingSink(nil))
    default:
      let folder = try openFile("/proc/self/fdinfo", [.readOnly, .directory])
      try MemorySink().write(from: TarSplitReplay(source, folder: folder.lent))
    }
  } catch {
    // An error is what bad input is to give.
  }
  return 0
}

private let limits: ArchiveLimits = {
  var limits = ArchiveLimits()
  limits.uncompressedBytes = 1 << 22
  limits.zstdWindowLog = 20
  return limits
}()

private func read(_ source: any ByteSource, _ limits: ArchiveLimits) throws {
  let reader = TarReader(source, limits: limits)
  let writer = TarWriter(to: HashingSink(nil))
  while let entry = try reader.next() {
    var size: UInt64 = 0
    while true {
      let piece = try reader.nextContent()
      if piece.isEmpty { break }
      size += UInt64(piece.count)
    }
    var copy = entry
    copy.size = 0
    try writer.write(copy)
  }
  try writer.finish()
}
