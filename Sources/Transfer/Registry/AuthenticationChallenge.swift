/// How a server wants to be told who asks: `WWW-Authenticate`, RFC 9110, section 11.6.1.
struct AuthenticationChallenge: Equatable, Sendable {
  /// In small letters.
  var scheme: String
  /// By names in small letters.
  var parameters: [String: String]

  /// Every challenge of a header.
  static func parse(_ header: String) -> [AuthenticationChallenge] {
    var challenges: [AuthenticationChallenge] = []
    var rest = Array(header.utf8)[...]
    while true {
      skip(&rest) { $0 == UInt8(ascii: ",") || $0 == 0x20 || $0 == 0x09 }
      let word = token(&rest)
      if word.isEmpty { return challenges }
      skip(&rest) { $0 == 0x20 || $0 == 0x09 }
      if rest.first == UInt8(ascii: "="), !challenges.isEmpty {
        rest = rest.dropFirst()
        skip(&rest) { $0 == 0x20 || $0 == 0x09 }
        let value = rest.first == UInt8(ascii: "\"") ? quoted(&rest) : token(&rest)
        challenges[challenges.count - 1].parameters[word.lowercased()] = value
      } else {
        challenges.append(AuthenticationChallenge(scheme: word.lowercased(), parameters: [:]))
      }
      // Something that is neither: leave it, rather than look at it for ever.
      if let first = rest.first, first == UInt8(ascii: "=") || first == UInt8(ascii: "\"") {
        rest = rest.dropFirst()
      }
    }
  }

  private static func skip(_ rest: inout ArraySlice<UInt8>, while isSkipped: (UInt8) -> Bool) {
    while let byte = rest.first, isSkipped(byte) { rest = rest.dropFirst() }
  }

  private static func token(_ rest: inout ArraySlice<UInt8>) -> String {
    let word = rest.prefix { ![0x20, 0x09, 0x22, 0x2C, 0x3D].contains($0) }
    rest = rest.dropFirst(word.count)
    return String(decoding: word, as: UTF8.self)
  }

  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String {
    rest = rest.dropFirst()
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
        text.append(next)
      } else {
        text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
