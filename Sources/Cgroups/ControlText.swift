/// The kernel's control files are lines of words; these split them without copying.
extension StringProtocol {
  /// The lines that hold anything.
  var lines: [SubSequence] {
    utf8.split(separator: UInt8(ascii: "\n")).compactMap { self[$0.startIndex..<$0.endIndex] }
  }

  /// The words between blanks.
  var words: [SubSequence] {
    utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
      .compactMap { self[$0.startIndex..<$0.endIndex] }
  }

  /// The parts between one ASCII separator, empty ones included.
  func parts(separatedBy separator: Unicode.Scalar, limit: Int = .max) -> [SubSequence] {
    utf8.split(
      separator: UInt8(ascii: separator), maxSplits: limit == .max ? .max : limit - 1,
      omittingEmptySubsequences: false
    ).map { self[$0.startIndex..<$0.endIndex] }
  }

  /// What stands before and after the first of these separators.
  func cut(at separator: Unicode.Scalar) -> (SubSequence, SubSequence)? {
    guard let position = utf8.firstIndex(of: UInt8(ascii: separator)) else { return nil }
    return (self[startIndex..<position], self[utf8.index(after: position)..<endIndex])
  }

  /// Without blanks and line ends on both sides.
  var trimmed: SubSequence {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    var rest = utf8.drop(while: isBlank)
    while let last = rest.reversed().first, isBlank(last) { rest = rest.dropLast() }
    return self[rest.startIndex..<rest.endIndex]
  }

  /// A counter as the kernel prints it. `max` is the greatest number; a negative one, which some
  /// kernels print for a counter that they are still adding up, is 0.
  var counter: UInt64? {
    if self == "max" { return .max }
    if let value = UInt64(self) { return value }
    guard let first = utf8.first, first == UInt8(ascii: "-"), utf8.count > 1,
      utf8.dropFirst().allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return 0
  }
}
