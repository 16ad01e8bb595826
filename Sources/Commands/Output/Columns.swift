/// Text in columns as Go's text/tabwriter lays it out with podman's settings: a cell ends at a tab, the
/// last cell of a line is in no column, a column is as wide as the widest cell of the lines below
/// each other that have it, at least 12 wide and with 2 spaces behind.
enum Columns {
  private static let minimumWidth = 12
  private static let space = 2

  static func align(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\t")) else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let sizes = lines.map { $0.map(size) }
    var widths = lines.map { [Int](repeating: 0, count: $0.count - 1) }
    let most = widths.map(\.count).max() ?? 0
    for column in 0..<most {
      var start = 0
      while start < lines.count {
        guard widths[start].count > column else {
          start += 1
          continue
        }
        // Lines below each other that have this column make it equally wide.
        var end = start
        var width = minimumWidth
        while end < lines.count, widths[end].count > column {
          width = max(width, sizes[end][column] + space)
          end += 1
        }
        for line in start..<end { widths[line][column] = width }
        start = end
      }
    }
    var result = ""
    for (number, cells) in lines.enumerated() {
      if number > 0 { result += "\n" }
      for (column, cell) in cells.enumerated() {
        result += cell
        guard column < widths[number].count else { continue }
        let padding = widths[number][column] - sizes[number][column]
        result += String(repeating: " ", count: max(0, padding))
      }
    }
    return result
  }

  /// The Unicode scalars of a cell: its bytes but those that continue one.
  private static func size(_ cell: Substring) -> Int {
    cell.utf8.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }
}
