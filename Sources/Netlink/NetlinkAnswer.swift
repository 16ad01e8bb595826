/// One message of an answer. What comes from outside of a length is not there: nothing is read past
/// an end.
public struct NetlinkAnswer: Sendable {
  let kind: NetlinkRequest.Kind
  let flags: NetlinkRequest.Flags
  /// That of the request.
  public let sequence: UInt32
  /// What follows the header.
  public let body: ArraySlice<UInt8>

  /// The messages of a datagram, up to the first that is not whole.
  public static func messages(in datagram: [UInt8]) -> [NetlinkAnswer] {
    var result: [NetlinkAnswer] = []
    var rest = datagram[...]
    while let length = rest.number(at: 0, as: UInt32.self).flatMap({ Int(exactly: $0) }),
      length >= NetlinkRequest.headerLength, length <= rest.count,
      let kind = rest.number(at: 4, as: UInt16.self),
      let flags = rest.number(at: 6, as: UInt16.self),
      let sequence = rest.number(at: 8, as: UInt32.self)
    {
      result.append(
        NetlinkAnswer(
          kind: .init(rawValue: kind), flags: .init(rawValue: flags), sequence: sequence,
          body: rest.dropFirst(NetlinkRequest.headerLength).prefix(
            length - NetlinkRequest.headerLength)))
      rest = rest.dropFirst(aligned(length))
    }
    return result
  }

  /// The attributes after a fixed part; of several of one type the last.
  func attributes(after fixedLength: Int) -> [UInt16: ArraySlice<UInt8>] {
    body.dropFirst(fixedLength).attributes
  }

  /// Whether it is a message of this type.
  public func isOfKind(_ type: UInt16) -> Bool { kind.rawValue == type }

  /// The text of an attribute after a fixed part.
  public func text(of attribute: UInt16, after fixedLength: Int) -> String? {
    attributes(after: fixedLength)[attribute]?.text
  }

  /// The errno of an error message, 0 for an acknowledgement; nil for any other kind of message.
  public var errorCode: Int32? {
    guard kind == .error, let code = body.number(at: 0, as: Int32.self), code <= 0, code != .min
    else { return nil }
    return -code
  }
}

private func aligned(_ length: Int) -> Int { (length + 3) & ~3 }

extension ArraySlice<UInt8> {
  /// The number at an offset from the slice's start; `nil` if it does not lie in it.
  func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number? {
    guard count >= offset + MemoryLayout<Number>.size else { return nil }
    return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  /// The text up to the first NUL.
  var text: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }

  /// The attributes that it consists of; of several of one type the last.
  var attributes: [UInt16: ArraySlice<UInt8>] {
    var result: [UInt16: ArraySlice<UInt8>] = [:]
    var rest = self
    while let length = rest.number(at: 0, as: UInt16.self).map({ Int($0) }), length >= 4,
      length <= rest.count, let type = rest.number(at: 2, as: UInt16.self)
    {
      // The two highest bits tell of the contents' kind.
      result[type & 0x3FFF] = rest.dropFirst(4).prefix(length - 4)
      rest = rest.dropFirst(aligned(length))
    }
    return result
  }
}
