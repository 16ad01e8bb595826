import Glibc

extension InternetSocket {
  /// The 4 or 16 bytes of an address as inet_pton(3) reads it; nil for any other text.
  public static func address(_ text: some StringProtocol) -> [UInt8]? {
    let text = String(text)
    let isV6 = text.utf8.contains(UInt8(ascii: ":"))
    var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
    return inet_pton(isV6 ? AF_INET6 : AF_INET, text, &bytes) == 1 ? bytes : nil
  }
}
