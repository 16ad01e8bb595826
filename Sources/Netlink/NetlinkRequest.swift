/// A netlink message that is being put together: a header, a fixed part, attributes. See
/// netlink(7).
///
/// All numbers are in the byte order of the machine. The lengths of the message and of attributes
/// are written when what they count is complete.
public struct NetlinkRequest: Sendable {
  /// The kinds of messages, of `linux/rtnetlink.h`.
  public struct Kind: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    static let error = Kind(rawValue: 2)
    static let done = Kind(rawValue: 3)
    static let newLink = Kind(rawValue: 16)
    static let getLink = Kind(rawValue: 18)
    static let newAddress = Kind(rawValue: 20)
    static let getAddress = Kind(rawValue: 22)
  }

  /// The flags of a message's header.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    static let request = Flags(rawValue: 0x1)
    /// An answer that has several messages.
    static let multipart = Flags(rawValue: 0x2)
    static let acknowledge = Flags(rawValue: 0x4)
    /// The objects changed while the kernel listed them.
    static let interrupted = Flags(rawValue: 0x10)
    static let dump = Flags(rawValue: 0x300)
    static let exclusive = Flags(rawValue: 0x200)
    static let create = Flags(rawValue: 0x400)
  }

  static let headerLength = 16

  private(set) var bytes: [UInt8] = []

  init(_ kind: Kind, _ flags: Flags, sequence: UInt32) {
    append(UInt32(0))
    append(kind.rawValue)
    append(flags.union(.request).rawValue)
    append(sequence)
    append(UInt32(0))
  }

  /// The whole message.
  func finished() -> [UInt8] {
    var result = bytes
    let length = UInt32(truncatingIfNeeded: result.count)
    withUnsafeBytes(of: length) { result.replaceSubrange(0..<4, with: $0) }
    return result
  }

  /// Appends a number of a fixed part.
  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// Appends an attribute; its end is aligned to four bytes.
  mutating func attribute(_ type: UInt16, _ value: [UInt8]) {
    append(UInt16(truncatingIfNeeded: 4 + value.count))
    append(type)
    bytes += value
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  mutating func attribute(_ type: UInt16, _ value: UInt32) {
    attribute(type, withUnsafeBytes(of: value) { Array($0) })
  }

  /// Appends a text with its final NUL.
  mutating func attribute(_ type: UInt16, _ text: String) {
    attribute(type, Array(text.utf8) + [0])
  }
}
