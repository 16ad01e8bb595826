/// The parts of an image's name as they stand in a text, each checked against the grammar.
struct NameParts {
  var registry: String?
  var path: String
  var tag: String?
  var digest: Digest?

  init(_ text: String) throws(ImageReferenceError) {
    guard !text.isEmpty else { throw ImageReferenceError(text, .empty) }
    var rest = text[...]
    if let at = rest.firstIndex(of: "@") {
      let part = rest[rest.index(after: at)...]
      guard let digest = Digest(part) else {
        throw ImageReferenceError(text, .digest(String(part)))
      }
      self.digest = digest
      rest = rest[..<at]
    }
    // A colon behind the last slash begins a tag; one before it, a port.
    let lastSlash = rest.lastIndex(of: "/") ?? rest.startIndex
    if let colon = rest[lastSlash...].lastIndex(of: ":") {
      let part = rest[rest.index(after: colon)...]
      guard isTag(part) else { throw ImageReferenceError(text, .tag(String(part))) }
      tag = String(part)
      rest = rest[..<colon]
    }
    if let slash = rest.firstIndex(of: "/") {
      let first = rest[..<slash]
      if first.contains(where: { $0 == "." || $0 == ":" || $0.isUppercase })
        || first == "localhost"
      {
        guard isHost(first) else { throw ImageReferenceError(text, .registry(String(first))) }
        registry = String(first)
        rest = rest[rest.index(after: slash)...]
      }
    }
    path = String(rest)
    let words = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard words.allSatisfy(isPathWord) else {
      let isUppercase = rest.utf8.contains { (0x41...0x5A).contains($0) }
      throw ImageReferenceError(text, isUppercase ? .uppercase(path) : .repository(path))
    }
  }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte)
}

private func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
}

private func isTag(_ text: Substring) -> Bool {
  guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
  guard isAlphanumeric(first) || first == UInt8(ascii: "_") else { return false }
  return text.utf8.allSatisfy {
    isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      || $0 == UInt8(ascii: "-")
  }
}

/// Words of small letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
private func isPathWord(_ text: Substring) -> Bool {
  guard let first = text.utf8.first, let last = text.utf8.last else { return false }
  guard isLowerAlphanumeric(first), isLowerAlphanumeric(last) else { return false }
  var joint: [UInt8] = []
  for byte in text.utf8 {
    if isLowerAlphanumeric(byte) {
      guard isJoint(joint) else { return false }
      joint = []
    } else {
      joint.append(byte)
    }
  }
  return true
}

private func isJoint(_ bytes: [UInt8]) -> Bool {
  bytes.isEmpty || bytes == [0x2E] || bytes == [0x5F] || bytes == [0x5F, 0x5F]
    || bytes.allSatisfy { $0 == UInt8(ascii: "-") }
}

/// A host name, an IPv4 address or an IPv6 address in brackets, with or without a port.
private func isHost(_ text: Substring) -> Bool {
  var host = text
  if host.first == "[" {
    guard let end = host.firstIndex(of: "]") else { return false }
    let address = host[..<end].dropFirst()
    let rest = host[host.index(after: end)...]
    let isAddress = address.utf8.allSatisfy {
      isLowerHexadecimal($0) || (0x41...0x46).contains($0) || $0 == UInt8(ascii: ":")
    }
    return !address.isEmpty && isAddress && (rest.isEmpty || isPort(rest))
  }
  if let colon = host.firstIndex(of: ":") {
    guard isPort(host[colon...]) else { return false }
    host = host[..<colon]
  }
  return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
    guard let first = label.utf8.first, let last = label.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }
}

/// A colon and a port.
private func isPort(_ text: Substring) -> Bool {
  text.first == ":" && UInt16(text.dropFirst()) != nil && text.dropFirst().first != "+"
}
