import LinuxSystem

/// The text of a JSON array of records, cut into its elements but not parsed.
///
/// A store with hundreds of images has a megabyte of records, of which a command needs two or three:
/// finding them as text and parsing those alone takes a hundredth of the time, and a record that is
/// damaged is nobody else's problem. A change replaces one element; all others stay byte for byte.
struct RecordText {
  private(set) var bytes: [UInt8]
  /// Where the elements stand, in their order.
  private(set) var elements: [Range<Int>]
  /// Why the text is not a whole array, where it is not; the elements before that place are there.
  private(set) var damage: String?

  init() {
    bytes = Array("[]".utf8)
    elements = []
  }

  init(parsing text: [UInt8]) {
    bytes = text
    elements = []
    damage = nil
    var scanner = Scanner(text)
    switch scanner.elements() {
    case .elements(let found): elements = found
    case .nothing:
      self = RecordText()
    case .damaged(let found, let reason):
      elements = found
      damage = reason
    }
  }

  func element(_ index: Int) -> [UInt8] { Array(bytes[elements[index]]) }

  mutating func append(_ record: [UInt8]) {
    var addition = record
    if elements.isEmpty {
      bytes = Array("[".utf8) + addition + Array("]".utf8)
      elements = [1..<1 + record.count]
      return
    }
    guard let last = elements.last else { return }
    addition.insert(UInt8(ascii: ","), at: 0)
    bytes.replaceSubrange(last.upperBound..<last.upperBound, with: addition)
    elements.append(last.upperBound + 1..<last.upperBound + addition.count)
  }

  mutating func replace(_ index: Int, with record: [UInt8]) {
    let old = elements[index]
    bytes.replaceSubrange(old, with: record)
    elements[index] = old.lowerBound..<old.lowerBound + record.count
    shift(from: index + 1, by: record.count - old.count)
  }

  mutating func remove(_ index: Int) {
    // With the comma and the blanks to the neighbour: behind it, or before it for the last one.
    let cut: Range<Int>
    if index + 1 < elements.count {
      cut = elements[index].lowerBound..<elements[index + 1].lowerBound
    } else if index > 0 {
      cut = elements[index - 1].upperBound..<elements[index].upperBound
    } else {
      self = RecordText()
      return
    }
    bytes.removeSubrange(cut)
    elements.remove(at: index)
    shift(from: index, by: -cut.count)
  }

  private mutating func shift(from index: Int, by distance: Int) {
    for i in index..<elements.count {
      elements[i] = elements[i].lowerBound + distance..<elements[i].upperBound + distance
    }
  }

  /// The elements in which a text occurs, each once.
  func indices(containing text: [UInt8]) -> [Int] {
    guard !text.isEmpty else { return [] }
    var found: [Int] = []
    var position = 0
    while let hit = firstPlace(of: text, in: bytes, from: position) {
      guard let index = elementIndex(at: hit) else { break }
      found.append(index)
      position = elements[index].upperBound
    }
    return found
  }

  /// The first element that ends behind a place.
  private func elementIndex(at position: Int) -> Int? {
    var low = 0
    var high = elements.count
    while low < high {
      let middle = (low + high) / 2
      if elements[middle].upperBound <= position { low = middle + 1 } else { high = middle }
    }
    return low < elements.count ? low : nil
  }
}

extension RecordText {
  private enum Scan {
    case elements([Range<Int>])
    /// An empty text or `null`, which older versions write for no records.
    case nothing
    case damaged([Range<Int>], String)
  }

  /// Finds where values end, by brackets and quotation marks; what is inside is not checked.
  private struct Scanner {
    let text: [UInt8]
    var position = 0

    init(_ text: [UInt8]) { self.text = text }

    mutating func elements() -> Scan {
      text.withUnsafeBufferPointer { text in
        skipBlanks(text)
        if position == text.count || text[position...].starts(with: "null".utf8) { return .nothing }
        var found: [Range<Int>] = []
        guard text[position] == UInt8(ascii: "[") else {
          return .damaged([], "it does not begin with [")
        }
        position += 1
        skipBlanks(text)
        if position < text.count, text[position] == UInt8(ascii: "]") { return ended(text, []) }
        while true {
          skipBlanks(text)
          let start = position
          guard skipValue(text), position > start else {
            return .damaged(found, "it is cut off or not JSON at byte \(start)")
          }
          found.append(start..<position)
          skipBlanks(text)
          guard position < text.count else {
            return .damaged(found, "it is cut off at byte \(position)")
          }
          switch text[position] {
          case UInt8(ascii: ","): position += 1
          case UInt8(ascii: "]"): return ended(text, found)
          default: return .damaged(found, "it is not JSON at byte \(position)")
          }
        }
      }
    }

    /// Nothing but blanks may stand behind the array.
    private mutating func ended(
      _ text: UnsafeBufferPointer<UInt8>, _ found: [Range<Int>]
    ) -> Scan {
      position += 1
      skipBlanks(text)
      return position == text.count
        ? .elements(found) : .damaged(found, "something stands behind its end at byte \(position)")
    }

    private mutating func skipBlanks(_ text: UnsafeBufferPointer<UInt8>) {
      while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) {
        position += 1
      }
    }

    /// Passes over one value; false where the text ends before it does.
    private mutating func skipValue(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      var depth = 0
      while position < text.count {
        switch text[position] {
        case UInt8(ascii: "\""):
          guard skipString(text) else { return false }
          if depth == 0 { return true }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return true }
          depth -= 1
          if depth == 0 {
            position += 1
            return true
          }
        case UInt8(ascii: ",") where depth == 0: return true
        default: break
        }
        position += 1
      }
      return false
    }

    private mutating func skipString(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      position += 1
      while position < text.count {
        let byte = text[position]
        position += byte == UInt8(ascii: "\\") ? 2 : 1
        if byte == UInt8(ascii: "\"") { return true }
      }
      return false
    }
  }
}
