public import Archive
internal import CISAL

/// Decompresses gzip with ISA-L, in less than half of zlib's time.
///
/// The library is a shared one, so only programs that are not static link it: hence this target beside
/// `Archive`.
public final class IgzipDecoder: StreamDecoder {
  public let format = ArchiveFormat.gzip
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  private var isInMember = false
  private var hasMember = false
  private var produced: UInt64 = 0

  /// The decoder for `ConfinedUnpack` and `Decompressor`.
  public static let decoding = GzipDecoding { (source) in DecodedStream(source, IgzipDecoder()) }

  public init() {
    isal_inflate_init(state)
    state.pointee.crc_flag = UInt32(ISAL_GZIP)
  }

  deinit { state.deallocate() }

  public func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart {
    if !isInMember, hasMember {
      // Padding or other bytes behind the last member end the stream, as gzip(1) has it.
      guard input.first == 0x1f else { return DecodedPart(used: input.count, made: 0, .ended) }
      isal_inflate_reset(state)
      state.pointee.crc_flag = UInt32(ISAL_GZIP)
    }
    (isInMember, hasMember) = (true, true)
    state.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    state.pointee.avail_out = UInt32(output.count)
    let result = isal_inflate(state)
    guard result == ISAL_DECOMP_OK else {
      throw .malformed(.gzip, IgzipDecoder.fault(result), offset: produced)
    }
    if state.pointee.block_state == ISAL_BLOCK_FINISH { isInMember = false }
    let made = output.count - Int(state.pointee.avail_out)
    produced &+= UInt64(made)
    return DecodedPart(
      used: input.count - Int(state.pointee.avail_in), made: made,
      isInMember ? .inside : .between)
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
}
