import Glibc

/// Where bytes occur first in others, from a place on; nil where they do not. See memmem(3).
public func firstPlace(of wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
  bytes.withUnsafeBytes { haystack in
    guard let base = haystack.baseAddress, start >= 0, start < haystack.count,
      let hit = memmem(base + start, haystack.count - start, wanted, wanted.count)
    else { return nil }
    return UnsafeRawPointer(hit) - base
  }
}
