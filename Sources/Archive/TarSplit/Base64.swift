private let alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Appends bytes in base64 with padding (RFC 4648).
func appendBase64(_ bytes: [UInt8], to text: inout [UInt8]) {
  let start = text.count
  text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (bytes.count + 2) / 3 * 4))
  text.withUnsafeMutableBufferPointer { text in
    bytes.withUnsafeBufferPointer { bytes in
      alphabet.withUnsafeBufferPointer { alphabet in
        var output = start
        var input = 0
        while input < bytes.count {
          let left = bytes.count - input
          let word =
            UInt32(bytes[input]) << 16 | (left > 1 ? UInt32(bytes[input + 1]) << 8 : 0)
            | (left > 2 ? UInt32(bytes[input + 2]) : 0)
          text[output] = alphabet[Int(word >> 18 & 63)]
          text[output + 1] = alphabet[Int(word >> 12 & 63)]
          if left > 1 { text[output + 2] = alphabet[Int(word >> 6 & 63)] }
          if left > 2 { text[output + 3] = alphabet[Int(word & 63)] }
          input += 3
          output += 4
        }
      }
    }
  }
}

/// The bytes of a base64 text; nil for what is none.
func base64Decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
  var bytes: [UInt8] = []
  var word: UInt32 = 0
  var bits = 0
  var padding = 0
  for character in text {
    let value: UInt8
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    case UInt8(ascii: "="):
      padding += 1
      continue
    default: return nil
    }
    guard padding == 0 else { return nil }
    word = word << 6 | UInt32(value)
    bits += 6
    if bits >= 8 {
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
    }
  }
  return padding <= 2 ? bytes : nil
}
