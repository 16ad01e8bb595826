/// A message to the kernel: its header, a fixed part and attributes. See netlink(7).
///
/// It grows by appending: no length is counted beforehand, each is written where it belongs when
/// what it counts is complete.
public struct NetlinkRequest: Sendable {
  /// The kinds of messages, of `linux/rtnetlink.h` and its kin.
  public struct Kind: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    static let error = Kind(rawValue: 2)
    static let done = Kind(rawValue: 3)
    static let newLink = Kind(rawValue: 16)
    static let deleteLink = Kind(rawValue: 17)
    static let getLink = Kind(rawValue: 18)
    static let setLink = Kind(rawValue: 19)
    static let newAddress = Kind(rawValue: 20)
    static let deleteAddress = Kind(rawValue: 21)
    static let getAddress = Kind(rawValue: 22)
    static let newRoute = Kind(rawValue: 24)
    static let deleteRoute = Kind(rawValue: 25)
    static let getRoute = Kind(rawValue: 26)
    static let newNeighbour = Kind(rawValue: 28)
    static let deleteNeighbour = Kind(rawValue: 29)
    static let getNeighbour = Kind(rawValue: 30)
    static let newRule = Kind(rawValue: 32)
    static let deleteRule = Kind(rawValue: 33)
    static let getRule = Kind(rawValue: 34)
  }

  /// The flags of a message's header.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    static let request = Flags(rawValue: 0x1)
    /// An answer that has several messages.
    static let multipart = Flags(rawValue: 0x2)
    /// The kernel answers also when it has done what was asked.
    public static let acknowledge = Flags(rawValue: 0x4)
    /// The objects changed while the kernel listed them.
    static let interrupted = Flags(rawValue: 0x10)
    /// All objects are asked for.
    public static let dump = Flags(rawValue: 0x300)
    /// An existing object takes the new values.
    public static let replace = Flags(rawValue: 0x100)
    /// An object that exists is an error.
    public static let exclusive = Flags(rawValue: 0x200)
    /// An object that does not exist is made.
    public static let create = Flags(rawValue: 0x400)
    /// The object comes behind those that are there.
    public static let append = Flags(rawValue: 0x800)
  }

  static let headerLength = 16
  private static let nestedFlag: UInt16 = 0x8000

  private(set) var bytes: [UInt8] = []

  public init(_ kind: Kind, _ flags: Flags, sequence: UInt32) {
    append(UInt32(0))
    append(kind.rawValue)
    append(flags.union(.request).rawValue)
    append(sequence)
    append(UInt32(0))
  }

  /// The whole message.
  public func finished() -> [UInt8] {
    var result = bytes
    let length = UInt32(truncatingIfNeeded: result.count)
    withUnsafeBytes(of: length) { result.replaceSubrange(0..<4, with: $0) }
    return result
  }

  /// Appends a number of a fixed part, in the machine's order of bytes.
  public mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes of a fixed part.
  mutating func append(bytes added: [UInt8]) { bytes += added }

  /// Appends an attribute; its end is aligned to four bytes.
  public mutating func attribute(_ type: UInt16, _ value: [UInt8]) {
    append(UInt16(truncatingIfNeeded: 4 + value.count))
    append(type)
    bytes += value
    align()
  }

  /// Appends an attribute that is a number in the machine's order of bytes.
  public mutating func attribute(_ type: UInt16, _ value: some FixedWidthInteger) {
    append(UInt16(truncatingIfNeeded: 4 + MemoryLayout.size(ofValue: value)))
    append(type)
    append(value)
    align()
  }

  /// Appends a text with its final NUL.
  public mutating func attribute(_ type: UInt16, _ text: String) {
    attribute(type, Array(text.utf8) + [0])
  }

  /// Appends an attribute that holds others.
  ///
  /// - Parameter isMarked: whether the type says so (NLA_F_NESTED).
  public mutating func nested(
    _ type: UInt16, isMarked: Bool = true, _ fill: (inout NetlinkRequest) -> Void
  ) {
    let start = bytes.count
    append(UInt16(0))
    append(isMarked ? type | NetlinkRequest.nestedFlag : type)
    fill(&self)
    // An attribute of more than 64 KiB cannot be: who has so much sends several messages.
    let length = UInt16(truncatingIfNeeded: bytes.count - start)
    withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + 2, with: $0) }
    align()
  }

  private mutating func align() { while bytes.count % 4 != 0 { bytes.append(0) } }
}
