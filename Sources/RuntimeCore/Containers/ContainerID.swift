/// A container's name: it names a folder under the runtime's root, so what it may hold is checked once, here.
public struct ContainerID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// The longest name of a folder on Linux, NAME_MAX.
  static let longest = 255

  /// Checks a name as runc does: letters, digits, `_`, `+`, `-` and `.`, but neither `.` nor `..`.
  ///
  /// - Throws: `RuntimeError.invalidID`, with the reason.
  public init(_ text: String) throws {
    func refuse(_ reason: String) -> RuntimeError { .invalidID(text, reason: reason) }
    if text.isEmpty { throw refuse("it is empty") }
    if text == "." || text == ".." { throw refuse("it names a folder of the system") }
    if text.utf8.count > ContainerID.longest {
      throw refuse("it is longer than \(ContainerID.longest) bytes")
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."):
        continue
      default:
        throw refuse("only letters, digits and _ + - . are allowed")
      }
    }
    description = text
  }
}
