import JSON
import Testing

@testable import Archive

/// A layer as zstd:chunked: what others read of it is in `Tests/Programs/RegistryTests.swift`.
@Suite struct ChunkedLayerTests {
  private func archive(_ entries: [(TarEntry, [UInt8])]) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TarWriter(to: sink)
    for (entry, content) in entries {
      try writer.write(entry)
      if !content.isEmpty { try content.withUnsafeBytes { try writer.writeContent($0) } }
    }
    try writer.finish()
    return sink.bytes
  }

  private func file(_ path: String, _ content: [UInt8]) -> (TarEntry, [UInt8]) {
    (TarEntry(.regular, Array(path.utf8), mode: 0o644, size: UInt64(content.count)), content)
  }

  @Test func eachFileIsAFrameThatTheTableFinds() throws {
    let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    var folder = TarEntry(.directory, Array("d/".utf8), mode: 0o755, user: 7)
    folder.extendedAttributes = [ExtendedAttribute("user.k", [1, 2])]
    let text = try archive([
      (folder, []), file("d/\"long\"", long), file("empty", []), file("short", [1, 2, 3]),
    ])
    let sink = MemorySink()
    let annotations = try ChunkedLayer(level: nil).write(
      MemorySource(text, pieceSize: 999), to: sink)
    // To whoever does not know the format it is zstd.
    let plain = try Decompressor(MemorySource(sink.bytes)).readAll(
      limit: 1 << 24, .uncompressedBytes)
    #expect(plain == text)

    let position = try #require(annotations["io.github.containers.zstd-chunked.manifest-position"])
    let numbers = position.split(separator: ":").compactMap { Int($0) }
    try #require(numbers.count == 4)
    let part = Array(sink.bytes[numbers[0]..<numbers[0] + numbers[1]])
    #expect(
      annotations["io.github.containers.zstd-chunked.manifest-checksum"]
        == SHA256.value(of: part).description)
    let table = try Decompressor(MemorySource(part)).readAll(limit: 1 << 24, .uncompressedBytes)
    #expect(table.count == numbers[2])
    let tree = try JSONReader().read(JSONTree.self, from: table)
    let entries = tree["entries"]?.elements ?? []
    #expect(entries.compactMap { $0["name"]?.string } == ["d/", "d/\"long\"", "empty", "short"])
    #expect(entries.first?["xattrs"]?["user.k"]?.string == "AQI=")
    for (index, content) in [(1, long), (3, [1, 2, 3])] {
      let entry = entries[index]
      let start = Int(try #require(entry["offset"]?.integer))
      let end = Int(try #require(entry["endOffset"]?.integer))
      let frame = try Decompressor(MemorySource(Array(sink.bytes[start..<end])))
      #expect(try frame.readAll(limit: 1 << 24, .uncompressedBytes) == content)
      #expect(entry["digest"]?.string == SHA256.value(of: content).description)
    }
  }

  @Test func whatTheTableCannotSayIsPlainZstd() throws {
    let text = try archive([
      (TarEntry(.regular, [0xff, 0xfe], mode: 0o644, size: 1), [1])
    ])
    let sink = MemorySink()
    #expect(try ChunkedLayer(level: nil).write(MemorySource(text), to: sink).isEmpty)
    let plain = try Decompressor(MemorySource(sink.bytes)).readAll(
      limit: 1 << 24, .uncompressedBytes)
    #expect(plain == text)
  }
}
