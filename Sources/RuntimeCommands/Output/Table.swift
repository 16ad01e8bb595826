/// Text in columns, each as wide as its longest cell.
struct Table {
  /// No column is narrower, the space behind it included.
  private static let minimumWidth = 12
  private static let space = 3

  private var rows: [[String]]

  init(_ titles: [String]) { rows = [titles] }

  /// Adds a row with as many cells as there are titles.
  mutating func add(_ row: [String]) { rows.append(row) }

  /// The rows, each with a line feed. The last column is not padded.
  var text: String {
    var widths = [Int](repeating: 0, count: rows.map(\.count).max() ?? 0)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], cell.count + Self.space, Self.minimumWidth)
      }
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined() + "\n"
    }.joined()
  }
}
