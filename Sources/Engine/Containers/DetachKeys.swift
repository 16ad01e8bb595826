/// Watches what is typed for the keys that leave a container running.
struct DetachKeys {
  private let keys: [UInt8]
  /// How many of them were typed in a row so far; they are held back.
  private var matched = 0

  init(_ keys: [UInt8]) { self.keys = keys }

  /// - Returns: what goes on to the container, and whether the keys are complete.
  mutating func pass(_ bytes: [UInt8]) -> (passed: [UInt8], isComplete: Bool) {
    guard !keys.isEmpty else { return (bytes, false) }
    var passed: [UInt8] = []
    for byte in bytes {
      if byte == keys[matched] {
        matched += 1
        if matched == keys.count { return (passed, true) }
        continue
      }
      passed += keys.prefix(matched)
      matched = byte == keys[0] ? 1 : 0
      if matched == 0 { passed.append(byte) }
    }
    return (passed, false)
  }
}
