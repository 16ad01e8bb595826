/// A set of processors or memory nodes, read from a list as `0-3,7`. See cpuset(7), "List format".
public struct NumberSet: Equatable, Sendable {
  /// The highest number that is taken: a list is short, its set must not be huge.
  public static let limit = 64 * 1024

  /// The bits as the kernel takes them: number n is bit n%64 of word n/64.
  public private(set) var words: [UInt] = []

  public init() {}

  /// Reads a list; `nil` for what is none, or has a number beyond `limit`. Spaces around the parts
  /// and empty parts are allowed; no number at all is not.
  public init?(list: String) {
    for part in list.utf8.split(separator: UInt8(ascii: ",")) {
      let part = part.trimmingSpaces()
      if part.isEmpty { continue }
      let ends = part.split(
        separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = NumberSet.number(ends[0]),
        let last = ends.count == 2 ? NumberSet.number(ends[1]) : first, first <= last
      else { return nil }
      for number in first...last { insert(number) }
    }
    if isEmpty { return nil }
  }

  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
      let number = Int(Substring(digits)), number <= limit
    else { return nil }
    return number
  }

  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  public func contains(_ number: Int) -> Bool {
    number >= 0 && number / 64 < words.count && words[number / 64] & (1 << (number % 64)) != 0
  }

  /// Puts in a number from 0 to `limit`.
  mutating func insert(_ number: Int) {
    while words.count <= number / 64 { words.append(0) }
    words[number / 64] |= 1 << (number % 64)
  }

  /// Every number from 0 to below `count`, at most `limit`.
  public static func all(below count: Int) -> NumberSet {
    let count = max(0, min(count, limit))
    var set = NumberSet()
    set.words = [UInt](repeating: .max, count: count / 64)
    for number in (count - count % 64)..<count { set.insert(number) }
    return set
  }
}

extension Substring.UTF8View {
  fileprivate func trimmingSpaces() -> Substring.UTF8View {
    var text = self
    while text.first == UInt8(ascii: " ") { text = text.dropFirst() }
    while text.last == UInt8(ascii: " ") { text = text.dropLast() }
    return text
  }
}
