/// A library that decompresses, as `DecodedStream` drives it.
public protocol StreamDecoder: AnyObject {
  /// For errors.
  var format: ArchiveFormat { get }
  /// Decompresses as much of the input as the output has room for.
  ///
  /// - Parameter isLast: whether nothing follows the input, which may be empty then.
  func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart
}

/// What one call of a `StreamDecoder` has done.
public struct DecodedPart: Sendable {
  /// Where the stream stands.
  public enum Place: Sendable {
    /// Inside of something that has to go on.
    case inside
    /// Behind something whole: it may end here, or another one follows.
    case between
    /// At its end, whatever stands behind it.
    case ended
  }

  /// The bytes of input that were used, and those of output that were made.
  public var used: Int
  public var made: Int
  public var place: Place

  public init(used: Int, made: Int, _ place: Place) {
    (self.used, self.made, self.place) = (used, made, place)
  }
}

/// A stream decompressed, piece by piece.
public final class DecodedStream: ByteSource {
  private let source: any ByteSource
  private let decoder: any StreamDecoder
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var unread: Range<Int> = 0..<0
  private var inputHasEnded = false
  /// Whether the last call filled the output, so that more may be held back.
  private var outputWasFull = false
  private var place: DecodedPart.Place

  /// - Parameter mayBeEmpty: whether nothing at all is a stream of this format.
  public init(_ source: any ByteSource, _ decoder: any StreamDecoder, mayBeEmpty: Bool = false) {
    self.source = source
    self.decoder = decoder
    place = mayBeEmpty ? .between : .inside
  }

  deinit { output.deallocate() }

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, place != .ended { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if input.isEmpty, !inputHasEnded, !outputWasFull {
      input = try source.next(1 << 20)
      inputHasEnded = input.isEmpty
    }
    if inputHasEnded, input.isEmpty, !outputWasFull, place == .between {
      place = .ended
      return
    }
    let part = try decoder.decode(input, isLast: inputHasEnded, into: output)
    if part.used == 0, part.made == 0, part.place != .ended, !outputWasFull {
      if inputHasEnded { throw .truncated(decoder.format) }
      throw .malformed(decoder.format, "it leads nowhere", offset: 0)
    }
    input = UnsafeRawBufferPointer(rebasing: input.dropFirst(part.used))
    unread = 0..<part.made
    outputWasFull = part.made == output.count && part.place == .inside
    place = part.place
    if place == .ended { while !(try source.next(1 << 18)).isEmpty {} }
  }
}
