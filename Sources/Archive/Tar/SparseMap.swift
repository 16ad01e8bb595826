/// Where a sparse file has data: the four forms that GNU tar has written it in. See the appendix
/// "Storing Sparse Files" of its manual.
struct SparseMap {
  private(set) var regions: [DataRegion] = []
  private let limits: ArchiveLimits

  init(limits: ArchiveLimits) { self.limits = limits }

  mutating func append(offset: UInt64, length: UInt64) throws(ArchiveError) {
    guard regions.count < limits.sparseRegions else {
      throw .exceeds(.sparseRegions, allowed: UInt64(limits.sparseRegions))
    }
    regions.append(DataRegion(offset: offset, length: length))
  }

  /// The regions of a block of the old form: pairs of twelve bytes from `start` on; an empty pair ends.
  mutating func append(_ block: TarBlock, from start: Int, count: Int) throws(ArchiveError) {
    for index in 0..<count {
      let field = start + index * 24
      guard block.bytes[field] != 0 || block.bytes[field + 12] != 0 else { return }
      guard let offset = block.number(field..<(field + 12)).flatMap(UInt64.init(exactly:)),
        let length = block.number((field + 12)..<(field + 24)).flatMap(UInt64.init(exactly:))
      else { throw .malformed(.tar, "sparse map", offset: 0) }
      try append(offset: offset, length: length)
    }
  }

  /// Versions 0.0 and 0.1: in PAX records.
  mutating func append(_ records: PAXRecords) throws(ArchiveError) {
    if let map = records["GNU.sparse.map"] {
      let numbers = map.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard numbers.count % 2 == 0 else { throw .malformed(.tar, "sparse map", offset: 0) }
      for index in stride(from: 0, to: numbers.count, by: 2) {
        guard let offset = PAXRecords.decimal(numbers[index]),
          let length = PAXRecords.decimal(numbers[index + 1])
        else { throw .malformed(.tar, "sparse map", offset: 0) }
        try append(offset: offset, length: length)
      }
      return
    }
    var offset: UInt64?
    for record in records.records {
      switch record.key {
      case "GNU.sparse.offset": offset = PAXRecords.decimal(record.value[...])
      case "GNU.sparse.numbytes":
        guard let start = offset, let length = PAXRecords.decimal(record.value[...]) else {
          throw .malformed(.tar, "sparse map", offset: 0)
        }
        try append(offset: start, length: length)
        offset = nil
      default: break
      }
    }
  }

  /// The regions, checked: rising, within the file, and as long together as the data that is there.
  func validated(size: UInt64, data: UInt64) throws(ArchiveError) -> [DataRegion] {
    var end: UInt64 = 0
    var total: UInt64 = 0
    for region in regions {
      let (next, overflow) = region.offset.addingReportingOverflow(region.length)
      guard !overflow, region.offset >= end, next <= size else {
        throw .malformed(.tar, "sparse map", offset: 0)
      }
      end = next
      total += region.length
    }
    guard total == data else { throw .malformed(.tar, "sparse map", offset: 0) }
    return regions.filter { $0.length > 0 }
  }
}
