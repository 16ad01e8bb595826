/// A string as Go's encoding/json writes it: `<`, `>`, `&` and the separators U+2028 and U+2029 escaped.
func appendGoString(_ text: [UInt8], to line: inout [UInt8]) {
  let digits = Array("0123456789abcdef".utf8)
  line.append(UInt8(ascii: "\""))
  var index = 0
  while index < text.count {
    let byte = text[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
    case 0x0a: line += "\\n".utf8
    case 0x0d: line += "\\r".utf8
    case 0x09: line += "\\t".utf8
    case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
      line += "\\u00".utf8
      line += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    case 0xe2
    where index + 1 < text.count && text[index] == 0x80 && (text[index + 1] | 1) == 0xa9:
      line += (text[index + 1] == 0xa8 ? "\\u2028" : "\\u2029").utf8
      index += 2
    default: line.append(byte)
    }
  }
  line.append(UInt8(ascii: "\""))
}
