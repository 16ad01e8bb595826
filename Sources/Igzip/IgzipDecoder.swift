public import Archive
internal import CISAL

/// Decompresses gzip with ISA-L, in less than half of zlib's time.
///
/// The library is a shared one, so only programs that are not static link it: hence this target beside
/// `Archive`.
public final class IgzipDecoder: ByteSource {
  private let source: any ByteSource
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var unread: Range<Int> = 0..<0
  private var phase = Phase.betweenMembers
  private var hasMember = false
  /// Whether the last call filled the output, so that more may be held back.
  private var outputWasFull = false
  private var produced: UInt64 = 0

  private enum Phase { case betweenMembers, inMember, ended }

  /// The decoder for `ConfinedUnpack` and `Decompressor`.
  public static let decoding = GzipDecoding { (source) in IgzipDecoder(source) }

  public init(_ source: any ByteSource) {
    self.source = source
    isal_inflate_init(state)
    state.pointee.crc_flag = UInt32(ISAL_GZIP)
  }

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, phase != .ended { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if state.pointee.avail_in == 0, !outputWasFull {
      let input = try source.next(1 << 20)
      if input.isEmpty {
        guard phase == .betweenMembers, hasMember else { throw .truncated(.gzip) }
        phase = .ended
        return
      }
      state.pointee.next_in = UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
      state.pointee.avail_in = UInt32(input.count)
    }
    if phase == .betweenMembers, !(try beginMember()) { return }
    state.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    state.pointee.avail_out = UInt32(output.count)
    let result = isal_inflate(state)
    guard result == ISAL_DECOMP_OK else {
      throw .malformed(.gzip, IgzipDecoder.fault(result), offset: produced)
    }
    unread = 0..<(output.count - Int(state.pointee.avail_out))
    produced += UInt64(unread.count)
    let isComplete = state.pointee.block_state == ISAL_BLOCK_FINISH
    outputWasFull = state.pointee.avail_out == 0 && !isComplete
    if isComplete { phase = .betweenMembers }
  }

  /// Begins another member; padding or other bytes behind the last one end the stream, as gzip(1) has it.
  private func beginMember() throws(ArchiveError) -> Bool {
    if hasMember {
      guard let first = state.pointee.next_in?.pointee, first == 0x1f else {
        state.pointee.avail_in = 0
        phase = .ended
        while !(try source.next(1 << 18)).isEmpty {}
        return false
      }
      isal_inflate_reset(state)
      state.pointee.crc_flag = UInt32(ISAL_GZIP)
    }
    hasMember = true
    phase = .inMember
    return true
  }

  private static func fault(_ result: CInt) -> String {
    switch result {
    case ISAL_INVALID_BLOCK: "invalid block"
    case ISAL_INVALID_SYMBOL: "invalid symbol"
    case ISAL_INVALID_LOOKBACK: "invalid distance"
    case ISAL_INVALID_WRAPPER: "invalid header"
    case ISAL_UNSUPPORTED_METHOD: "unsupported method"
    case ISAL_INCORRECT_CHECKSUM: "checksum"
    default: "error \(result)"
    }
  }

  deinit {
    state.deallocate()
    output.deallocate()
  }
}
