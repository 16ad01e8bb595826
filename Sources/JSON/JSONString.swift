/// The string that the inside of a JSON string with backslash sequences stands for.
///
/// - Parameter bytes: what the parser found to be right: whole sequences and surrogate pairs.
func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var rest = bytes
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\"), let code = rest.popFirst() else {
      result.append(byte)
      continue
    }
    switch code {
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      var units = [codeUnit(&rest)]
      if UTF16.isLeadSurrogate(units[0]) {
        rest = rest.dropFirst(2)  // backslash and u
        units.append(codeUnit(&rest))
      }
      result += String(decoding: units, as: UTF16.self).utf8
    default: result.append(code)
    }
  }
  return String(decoding: result, as: UTF8.self)
}

private func codeUnit(_ rest: inout ArraySlice<UInt8>) -> UInt16 {
  let unit = rest.prefix(4).reduce(UInt16(0)) { $0 << 4 | UInt16(hexadecimal($1) ?? 0) }
  rest = rest.dropFirst(4)
  return unit
}

/// Appends a string as a JSON string, with those characters escaped that have to be.
func appendQuoted(_ string: some StringProtocol, to bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\""))
  defer { bytes.append(UInt8(ascii: "\"")) }
  let isPlain = string.utf8.withContiguousStorageIfAvailable { text in
    guard
      text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    else { return false }
    bytes.append(contentsOf: text)
    return true
  }
  if isPlain == true { return }
  for byte in string.utf8 {
    switch byte {
    case UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case 0x08: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
    case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
    case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case 0x0C: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
    case 0x0D: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
    case ..<0x20:
      bytes += (byte < 16 ? "\\u000" : "\\u00").utf8
      bytes += String(byte, radix: 16).utf8
    default: bytes.append(byte)
    }
  }
}
