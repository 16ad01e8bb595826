/// A table while its document is read. TOML lets a table be added to in some ways and not in others,
/// by how it came to be.
final class TableBuilder {
  enum Origin {
    /// Named only as the parent of another: `[parent.child]`.
    case implied
    /// By its own header, `[table]` or `[[table]]`.
    case header
    /// By a dotted key: `table.key = …`.
    case dottedKey
  }

  private enum Entry {
    case value(TOMLValue)
    case table(TableBuilder)
    case tables([TableBuilder])
  }

  private var entries: [String: Entry] = [:]
  private var origin: Origin

  init(_ origin: Origin) { self.origin = origin }

  /// The table of a header `[a.b.c]`; `nil` where it may not be opened.
  func open(_ path: ArraySlice<String>) -> TableBuilder? {
    guard let name = path.last, let parent = parent(of: path) else { return nil }
    switch parent.entries[name] {
    case nil:
      let table = TableBuilder(.header)
      parent.entries[name] = .table(table)
      return table
    case .table(let table) where table.origin == .implied:
      table.origin = .header
      return table
    default:
      return nil
    }
  }

  /// One more table of a header `[[a.b.c]]`; `nil` where it may not be added.
  func append(_ path: ArraySlice<String>) -> TableBuilder? {
    guard let name = path.last, let parent = parent(of: path) else { return nil }
    let table = TableBuilder(.header)
    switch parent.entries[name] {
    case nil: parent.entries[name] = .tables([table])
    case .tables(let tables): parent.entries[name] = .tables(tables + [table])
    default: return nil
    }
    return table
  }

  /// Sets `a.b.c = value`; false where the key is there already or a part of it is no table.
  func set(_ path: ArraySlice<String>, _ value: TOMLValue) -> Bool {
    guard let name = path.first else { return false }
    let rest = path.dropFirst()
    switch (entries[name], rest.isEmpty) {
    case (nil, true):
      entries[name] = .value(value)
      return true
    case (nil, false):
      let table = TableBuilder(.dottedKey)
      entries[name] = .table(table)
      return table.set(rest, value)
    case (.table(let table), false) where table.origin == .dottedKey:
      return table.set(rest, value)
    default:
      return false
    }
  }

  /// The table as it was read.
  var finished: TOMLTable {
    entries.mapValues { entry in
      switch entry {
      case .value(let value): value
      case .table(let table): .table(table.finished)
      case .tables(let tables): .array(tables.map { .table($0.finished) })
      }
    }
  }

  private func parent(of path: ArraySlice<String>) -> TableBuilder? {
    var table = self
    for name in path.dropLast() {
      switch table.entries[name] {
      case nil:
        let child = TableBuilder(.implied)
        table.entries[name] = .table(child)
        table = child
      case .table(let child):
        table = child
      case .tables(let children):
        guard let last = children.last else { return nil }
        table = last
      case .value:
        return nil
      }
    }
    return table
  }
}
