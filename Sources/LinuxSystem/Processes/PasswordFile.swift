/// Lines of a file in the form of passwd(5), read without the name service of the C library: the
/// file may be a container's.
public struct PasswordFile: Sendable {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The home directory of the first line with this user number.
  public func home(ofUser user: UInt32) -> String? { field(5, ofUser: user) }

  /// The name of the first line with this user number.
  public func name(ofUser user: UInt32) -> String? { field(0, ofUser: user) }

  private func field(_ index: Int, ofUser user: UInt32) -> String? {
    let wanted = Array(String(user).utf8)
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 6, omittingEmptySubsequences: false)
      guard fields.count >= 6, fields[2].elementsEqual(wanted) else { continue }
      return String(decoding: fields[index], as: UTF8.self)
    }
    return nil
  }
}
