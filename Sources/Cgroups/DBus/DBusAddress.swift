/// Where a message bus listens (D-Bus specification, "Server addresses").
enum DBusAddress: Equatable, Sendable {
  /// A socket in the file system.
  case path(String)
  /// A socket in the abstract namespace.
  case abstract(String)

  /// The addresses of a list as `DBUS_SESSION_BUS_ADDRESS` holds it, in their order; those of other
  /// transports than Unix sockets are passed over.
  static func parse(_ list: String) -> [DBusAddress] {
    var addresses: [DBusAddress] = []
    for entry in list.parts(separatedBy: ";") {
      guard let (transport, options) = entry.cut(at: ":"), transport == "unix" else { continue }
      for option in options.parts(separatedBy: ",") {
        guard let (key, value) = option.cut(at: "="), let value = unescape(value) else { continue }
        if key == "path" { addresses.append(.path(value)) }
        if key == "abstract" { addresses.append(.abstract(value)) }
      }
    }
    return addresses
  }

  /// Resolves `%` with two hexadecimal digits.
  private static func unescape(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.utf8.first {
      rest = rest.dropFirst()
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
        continue
      }
      guard rest.utf8.count >= 2, let value = UInt8(rest.prefix(2), radix: 16), value != 0 else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
