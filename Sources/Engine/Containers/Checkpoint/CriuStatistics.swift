/// What CRIU counted while it saved or restored processes: its files `stats-dump` and `stats-restore`.
///
/// Two magic numbers, a length and a message in protobuf's format (CRIU's images/stats.proto), all numbers
/// little-endian.
public struct CriuStatistics: Equatable, Sendable {
  /// Microseconds, or pages, by their field's number in the message.
  private var values: [UInt64: UInt64] = [:]

  /// The names of the fields of a dump, in their order.
  public static let dumpFields: [(number: UInt64, name: String)] = [
    (1, "freezing_time"), (2, "frozen_time"), (3, "memdump_time"), (4, "memwrite_time"),
    (5, "pages_scanned"), (7, "pages_written"),
  ]
  /// Those of a restore.
  public static let restoreFields: [(number: UInt64, name: String)] = [
    (1, "pages_compared"), (2, "pages_skipped_cow"), (3, "forking_time"), (4, "restore_time"),
    (5, "pages_restored"),
  ]

  /// A field's value; 0 where CRIU did not say.
  public subscript(field: UInt64) -> UInt64 { values[field] ?? 0 }

  private static let firstMagic: UInt64 = 0x5510_5940
  private static let secondMagic: UInt64 = 0x5709_3306

  /// Nil for what is no such file.
  public init?(_ file: [UInt8]) {
    var reader = Reader(bytes: file[...])
    guard reader.fixed32() == Self.firstMagic, reader.fixed32() == Self.secondMagic,
      let length = reader.fixed32(), let message = reader.bytes(length)
    else { return nil }
    var fields = Reader(bytes: message)
    while !fields.bytes.isEmpty {
      guard let key = fields.variable() else { return nil }
      // The dump's or the restore's own message.
      guard key & 7 == 2, let size = fields.variable(), let inner = fields.bytes(size) else {
        return nil
      }
      var entry = Reader(bytes: inner)
      while !entry.bytes.isEmpty {
        guard let key = entry.variable(), key & 7 == 0, let value = entry.variable() else {
          return nil
        }
        values[key >> 3] = value
      }
    }
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func fixed32() -> UInt64? {
      guard bytes.count >= 4 else { return nil }
      defer { bytes = bytes.dropFirst(4) }
      return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func variable() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = bytes.popFirst() else { return nil }
        value |= UInt64(byte & 0x7f) << shift
        if byte & 0x80 == 0 { return value }
      }
      return nil
    }

    mutating func bytes(_ count: UInt64) -> ArraySlice<UInt8>? {
      guard count <= UInt64(bytes.count) else { return nil }
      defer { bytes = bytes.dropFirst(Int(count)) }
      return bytes.prefix(Int(count))
    }
  }
}
