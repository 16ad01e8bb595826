internal import LinuxSystem

/// The table of contents of a zstd:chunked layer, as JSON.
struct ContentsTable {
  private var text = Array("{\"version\":1,\"entries\":[".utf8)
  private var isEmpty = true

  /// Where the content of a file is.
  struct Place {
    /// Of the content.
    var digest: String
    var offset: UInt64
    var end: UInt64
  }

  /// Whether JSON can say what an entry is: it has only text, and times of the years 1 to 9999.
  static func canHold(_ entry: TarEntry) -> Bool {
    String(validating: entry.path, as: UTF8.self) != nil
      && String(validating: entry.linkTarget, as: UTF8.self) != nil
      && [entry.modified, entry.accessed].allSatisfy {
        $0.map { (-62_135_596_800...253_402_300_799).contains($0.seconds) } ?? true
      }
  }

  mutating func append(_ entry: TarEntry, _ place: Place?) {
    if !isEmpty { text.append(UInt8(ascii: ",")) }
    isEmpty = false
    text += "{\"type\":\"\(Self.name(of: entry.kind))\",\"name\":".utf8
    appendGoString(entry.path, to: &text)
    if !entry.linkTarget.isEmpty {
      text += ",\"linkName\":".utf8
      appendGoString(entry.linkTarget, to: &text)
    }
    appendNumber("mode", UInt64(entry.mode))
    appendNumber("size", entry.size)
    appendNumber("uid", UInt64(entry.user))
    appendNumber("gid", UInt64(entry.group))
    appendTime("modtime", entry.modified)
    if let accessed = entry.accessed { appendTime("accesstime", accessed) }
    appendNumber("devMajor", UInt64(entry.device.major))
    appendNumber("devMinor", UInt64(entry.device.minor))
    appendAttributes(entry.extendedAttributes)
    if let place {
      text += ",\"digest\":\"\(place.digest)\"".utf8
      appendNumber("offset", place.offset)
      appendNumber("endOffset", place.end)
    }
    text.append(UInt8(ascii: "}"))
  }

  /// All of it.
  func text(tarSplitDigest: String) -> [UInt8] {
    text + Array("],\"tarSplitDigest\":\"\(tarSplitDigest)\"}".utf8)
  }

  private mutating func appendNumber(_ key: String, _ number: UInt64) {
    if number != 0 { text += ",\"\(key)\":\(number)".utf8 }
  }

  private mutating func appendTime(_ key: String, _ time: TarTime) {
    let moment = Timestamp(seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
    text += ",\"\(key)\":\"\(moment.rfc3339)\"".utf8
  }

  private mutating func appendAttributes(_ attributes: [ExtendedAttribute]) {
    if attributes.isEmpty { return }
    for (index, attribute) in attributes.enumerated() {
      text += (index == 0 ? ",\"xattrs\":{" : ",").utf8
      appendGoString(Array(attribute.name.utf8), to: &text)
      text += ":\"".utf8
      appendBase64(attribute.value, to: &text)
      text.append(UInt8(ascii: "\""))
    }
    text.append(UInt8(ascii: "}"))
  }

  private static func name(of kind: TarEntry.Kind) -> String {
    switch kind {
    case .regular: "reg"
    case .hardLink: "hardlink"
    case .symbolicLink: "symlink"
    case .character: "char"
    case .block: "block"
    case .directory: "dir"
    case .fifo: "fifo"
    }
  }
}
