import LinuxSystem

/// Patterns for paths of the host: `*`, `?` and `[…]` in any component. See glob(7).
enum FilePattern {
  /// The paths that match, sorted.
  static func matches(_ pattern: String) throws -> [String] {
    var found = [""]
    for component in pattern.split(separator: "/") {
      var next: [String] = []
      for folder in found {
        guard component.contains(where: { "*?[".contains($0) }) else {
          next.append("\(folder)/\(component)")
          continue
        }
        guard let opened = try? openFile(folder.isEmpty ? "/" : folder, [.readOnly, .directory])
        else { continue }
        for name in try opened.lent.entryNames().sorted()
        where matches(Array(component.unicodeScalars), Array(name.unicodeScalars))
          && (component.hasPrefix(".") || !name.hasPrefix("."))
        {
          next.append("\(folder)/\(name)")
        }
      }
      found = next
    }
    return found.filter { (try? openFile($0, [.path])) != nil }
  }

  /// Whether a name matches a pattern.
  static func matches(_ pattern: String, _ name: String) -> Bool {
    matches(Array(pattern.unicodeScalars), Array(name.unicodeScalars))
  }

  private static func matches(
    _ pattern: [Unicode.Scalar], _ name: [Unicode.Scalar]
  ) -> Bool {
    var p = 0
    var n = 0
    var star: (p: Int, n: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, n)
        p += 1
      } else if p < pattern.count, let next = step(pattern, p, name[n]) {
        p = next
        n += 1
      } else if let back = star {
        // The star takes one character more.
        star = (back.p, back.n + 1)
        p = back.p + 1
        n = back.n + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }

  /// Where the pattern goes on after one character; nil where that does not match.
  private static func step(
    _ pattern: [Unicode.Scalar], _ start: Int, _ character: Unicode.Scalar
  ) -> Int? {
    switch pattern[start] {
    case "?": return start + 1
    case "[":
      guard let end = pattern[start...].dropFirst(2).firstIndex(of: "]") else {
        return character == "[" ? start + 1 : nil
      }
      var set = pattern[(start + 1)..<end]
      let isNegated = set.first == "!" || set.first == "^"
      if isNegated { set.removeFirst() }
      var isIn = false
      var index = set.startIndex
      while index < set.endIndex {
        if index + 2 < set.endIndex, set[index + 1] == "-" {
          if set[index] <= character, character <= set[index + 2] { isIn = true }
          index += 3
        } else {
          if set[index] == character { isIn = true }
          index += 1
        }
      }
      return isIn != isNegated ? end + 1 : nil
    default: return pattern[start] == character ? start + 1 : nil
    }
  }
}
