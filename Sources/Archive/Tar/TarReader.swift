internal import LinuxSystem

/// What sees every byte of an archive that is read.
protocol TarObserver: AnyObject {
  /// Bytes that are no content: headers, padding, whatever stands behind the end.
  func raw(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
  /// An entry begins; its headers were given as raw bytes.
  func begin(_ entry: TarEntry) throws(ArchiveError)
  /// Content of the entry.
  func content(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
  /// The entry's content is complete; told again before each header.
  func endContent() throws(ArchiveError)
  /// The archive is complete, with all that follows its end.
  func endArchive() throws(ArchiveError)
}

/// Reads a tar archive entry by entry: ustar, PAX and GNU, with long names, sparse files and extended
/// attributes.
///
/// It understands an archive as Go's archive/tar does, which podman and docker read layers with:
/// global PAX headers change nothing, and links, folders and devices have no content whatever size
/// they claim.
public final class TarReader {
  private let source: any ByteSource
  private let limits: ArchiveLimits
  private let recorder: (any TarObserver)?
  private let block = UnsafeMutableRawBufferPointer.allocate(
    byteCount: TarBlock.size, alignment: 8)

  /// Where the archive is read, from its beginning.
  private var offset: UInt64 = 0
  private var entryCount: UInt64 = 0
  /// The bytes of content, and of padding behind it, that are not read yet.
  private var contentLeft: UInt64 = 0
  private var padding = 0
  private var hasEnded = false

  /// - Parameter source: the uncompressed archive.
  public convenience init(_ source: any ByteSource, limits: ArchiveLimits = ArchiveLimits()) {
    self.init(source, limits: limits, recorder: nil)
  }

  init(_ source: any ByteSource, limits: ArchiveLimits, recorder: (any TarObserver)?) {
    self.source = source
    self.limits = limits
    self.recorder = recorder
  }

  deinit { block.deallocate() }

  /// Where the next byte of content, or behind it the next entry, stands: counted from the beginning of
  /// the source. Right behind `next`, that is the content of the entry.
  public var position: UInt64 { offset }

  // MARK: Entries

  /// The next entry, whose content `nextContent` gives; nil at the end. What was not read of the last
  /// one is passed over.
  public func next() throws(ArchiveError) -> TarEntry? {
    if hasEnded { return nil }
    try finishContent()
    var records = PAXRecords()
    var longPath: [UInt8]?
    var longLink: [UInt8]?
    while let header = try nextBlock() {
      switch header.type {
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        guard let parsed = PAXRecords(parsing: try headerContent(header)) else {
          throw malformed("PAX header")
        }
        records.records += parsed.records
      case UInt8(ascii: "L"): longPath = try longName(header)
      case UInt8(ascii: "K"): longLink = try longName(header)
      case UInt8(ascii: "g"), UInt8(ascii: "V"), UInt8(ascii: "N"), UInt8(ascii: "I"):
        try pass(header)
      default:
        entryCount += 1
        guard entryCount <= limits.entries else {
          throw .exceeds(.entries, allowed: limits.entries)
        }
        let entry = try self.entry(header, records, longPath, longLink)
        try recorder?.begin(entry)
        return entry
      }
    }
    hasEnded = true
    try recordRest()
    return nil
  }

  /// The next bytes of the entry's content, which come from its data regions one after another; none at
  /// their end.
  public func nextContent(_ limit: Int = 1 << 18) throws(ArchiveError) -> UnsafeRawBufferPointer {
    guard contentLeft > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let piece = try source.next(min(max(limit, 1), Int(clamping: contentLeft)))
    guard !piece.isEmpty, piece.count <= contentLeft else { throw .truncated(.tar) }
    contentLeft -= UInt64(piece.count)
    offset += UInt64(piece.count)
    try recorder?.content(piece)
    return piece
  }

  private func finishContent() throws(ArchiveError) {
    while contentLeft > 0 { _ = try nextContent() }
    try recorder?.endContent()
    while padding > 0 {
      let piece = try source.next(padding)
      // Go, too, takes an archive that ends without the padding of its last entry.
      if piece.isEmpty { padding = 0 }
      padding -= piece.count
      offset += UInt64(piece.count)
      try recorder?.raw(piece)
    }
  }

  // MARK: Blocks

  private func malformed(_ fault: String) -> ArchiveError {
    .malformed(.tar, fault, offset: offset)
  }

  /// Reads a whole block; nil at the end of the stream.
  private func readBlock() throws(ArchiveError) -> TarBlock? {
    let count = try source.fill(block)
    if count == 0 { return nil }
    offset += UInt64(count)
    try recorder?.raw(UnsafeRawBufferPointer(rebasing: block[..<count]))
    guard let header = TarBlock(UnsafeRawBufferPointer(rebasing: block[..<count])) else {
      throw .truncated(.tar)
    }
    return header
  }

  /// The next header block; nil at the end, which two blocks of zeros make, or that of the stream.
  private func nextBlock() throws(ArchiveError) -> TarBlock? {
    guard let header = try readBlock() else { return nil }
    if header.isZero {
      guard let second = try readBlock() else { return nil }
      guard second.isZero else { throw malformed("lone block of zeros") }
      return nil
    }
    guard header.isValid else { throw malformed("checksum") }
    return header
  }

  private func size(of header: TarBlock) throws(ArchiveError) -> UInt64 {
    guard let size = header.number(124..<136).flatMap(UInt64.init(exactly:)) else {
      throw malformed("size")
    }
    return size
  }

  /// The content of an entry that describes the next one; bounded.
  private func headerContent(_ header: TarBlock) throws(ArchiveError) -> [UInt8] {
    let size = try size(of: header)
    guard size <= limits.headerBytes else {
      throw .exceeds(.headerBytes, allowed: UInt64(limits.headerBytes))
    }
    var content: [UInt8] = []
    content.reserveCapacity(Int(size))
    while content.count < Int(size) {
      let piece = try source.next(Int(size) - content.count)
      guard !piece.isEmpty else { throw .truncated(.tar) }
      offset += UInt64(piece.count)
      try recorder?.raw(piece)
      content.append(contentsOf: piece)
    }
    padding = TarReader.padding(size)
    try finishContent()
    return content
  }

  private func longName(_ header: TarBlock) throws(ArchiveError) -> [UInt8] {
    Array(try headerContent(header).prefix { $0 != 0 })
  }

  /// Passes an entry over with its content.
  private func pass(_ header: TarBlock) throws(ArchiveError) {
    _ = try headerContent(header)
  }

  static func padding(_ size: UInt64) -> Int { Int((512 - size % 512) % 512) }

  private func recordRest() throws(ArchiveError) {
    guard let recorder else { return }
    while true {
      let piece = try source.next(1 << 18)
      if piece.isEmpty { break }
      try recorder.raw(piece)
    }
    try recorder.endArchive()
  }

  // MARK: Fields

  private func entry(
    _ header: TarBlock, _ records: PAXRecords, _ longPath: [UInt8]?, _ longLink: [UInt8]?
  ) throws(ArchiveError) -> TarEntry {
    let path = records["path"] ?? longPath ?? header.path
    let kind = try kind(header, path)
    guard let mode = header.number(100..<108), let modified = header.number(136..<148) else {
      throw malformed("number")
    }
    var entry = TarEntry(
      kind, path, mode: UInt32(truncatingIfNeeded: mode) & 0o7777,
      user: try owner(records, "uid", header, 108..<116),
      group: try owner(records, "gid", header, 116..<124),
      modified: try records.time("mtime") ?? TarTime(seconds: modified))
    entry.accessed = try records.time("atime")
    if kind == .hardLink || kind == .symbolicLink {
      entry.linkTarget = records["linkpath"] ?? longLink ?? header.text(157..<257)
    }
    if header.dialect != .v7 {
      entry.userName = records["uname"] ?? header.text(265..<297)
      entry.groupName = records["gname"] ?? header.text(297..<329)
      if kind == .character || kind == .block {
        guard let major = header.number(329..<337).flatMap(UInt32.init(exactly:)),
          let minor = header.number(337..<345).flatMap(UInt32.init(exactly:))
        else { throw malformed("device") }
        entry.device.major = major
        entry.device.minor = minor
      }
    }
    entry.extendedAttributes = records.extendedAttributes
    try setContent(of: &entry, header, records)
    return entry
  }

  private func kind(_ header: TarBlock, _ path: [UInt8]) throws(ArchiveError) -> TarEntry.Kind {
    switch header.type {
    case 0: return path.last == UInt8(ascii: "/") ? .directory : .regular
    case UInt8(ascii: "7"), UInt8(ascii: "S"): return .regular
    case UInt8(ascii: "D"): return .directory
    default:
      guard let kind = TarEntry.Kind(rawValue: header.type) else {
        throw malformed("type \(header.type)")
      }
      return kind
    }
  }

  private func owner(
    _ records: PAXRecords, _ key: String, _ header: TarBlock, _ field: Range<Int>
  ) throws(ArchiveError) -> UInt32 {
    let number = try records.number(key) ?? header.number(field).flatMap(UInt64.init(exactly:))
    // The last number means "leave it" to chown(2).
    guard let number, let owner = UInt32(exactly: number), owner != .max else {
      throw malformed(key)
    }
    return owner
  }

  /// Finds size and sparse map, and stands before the first byte of content.
  private func setContent(
    of entry: inout TarEntry, _ header: TarBlock, _ records: PAXRecords
  ) throws(ArchiveError) {
    let isDump = header.type == UInt8(ascii: "D")
    guard entry.kind == .regular || isDump else { return }
    let claimed = try records.number("size")
    let stored = if let claimed { claimed } else { try size(of: header) }
    guard stored <= UInt64(Int64.max) else { throw malformed("size") }
    contentLeft = stored
    padding = TarReader.padding(stored)
    if isDump { return }
    entry.size = stored
    var map = SparseMap(limits: limits)
    if header.type == UInt8(ascii: "S") {
      entry.size = try oldSparseMap(header, &map)
    } else if records["GNU.sparse.major"] == [UInt8(ascii: "1")] {
      entry.size = try records.number("GNU.sparse.realsize") ?? stored
      entry.path = records["GNU.sparse.name"] ?? entry.path
      try sparseMapInContent(&map)
    } else if let size = try records.number("GNU.sparse.size"),
      records.records.contains(where: { $0.key.hasPrefix("GNU.sparse.") })
    {
      entry.size = size
      entry.path = records["GNU.sparse.name"] ?? entry.path
      try map.append(records)
    } else {
      return
    }
    guard entry.size <= UInt64(Int64.max) else { throw malformed("size") }
    entry.dataRegions = try map.validated(size: entry.size, data: contentLeft)
  }

  /// The map in a header of type S and the blocks behind it; returns the size of the file.
  private func oldSparseMap(
    _ header: TarBlock, _ map: inout SparseMap
  ) throws(ArchiveError) -> UInt64 {
    guard header.dialect == .gnu,
      let size = header.number(483..<495).flatMap(UInt64.init(exactly:))
    else { throw malformed("sparse file") }
    try map.append(header, from: 386, count: 4)
    var isExtended = header.bytes[482] != 0
    while isExtended {
      guard let extension_ = try readBlock() else { throw .truncated(.tar) }
      try map.append(extension_, from: 0, count: 21)
      isExtended = extension_.bytes[504] != 0
    }
    return size
  }

  /// Version 1.0: decimal numbers, a line each, in whole blocks in front of the content.
  private func sparseMapInContent(_ map: inout SparseMap) throws(ArchiveError) {
    var numbers: [UInt64] = []
    var digits: [UInt8] = []
    var wanted = 1
    while numbers.count < wanted {
      guard contentLeft >= UInt64(TarBlock.size), let block = try readBlock() else {
        throw malformed("sparse map")
      }
      contentLeft -= UInt64(TarBlock.size)
      for byte in block.bytes where numbers.count < wanted {
        if byte != UInt8(ascii: "\n") {
          guard digits.count < 20 else { throw malformed("sparse map") }
          digits.append(byte)
          continue
        }
        guard let number = PAXRecords.decimal(digits[...]) else { throw malformed("sparse map") }
        digits.removeAll(keepingCapacity: true)
        numbers.append(number)
        if numbers.count == 1 {
          guard number <= limits.sparseRegions else {
            throw .exceeds(.sparseRegions, allowed: UInt64(limits.sparseRegions))
          }
          wanted = 1 + 2 * Int(number)
        }
      }
    }
    for index in stride(from: 1, to: numbers.count - 1, by: 2) {
      try map.append(offset: numbers[index], length: numbers[index + 1])
    }
  }
}
