public import JSON

extension GoValue: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    switch self {
    case .missing, .null, .nilList, .nilMap: output.null()
    case .bool(let value): value.write(to: output)
    case .int(let value), .duration(let value): value.write(to: output)
    case .uint(let value): value.write(to: output)
    case .float(let value):
      // Go writes a whole number without a fraction.
      if let whole = Int64(exactly: value) {
        whole.write(to: output)
      } else {
        try value.write(to: output)
      }
    case .string(let value): output.string(value)
    case .list(let values): try values.write(to: output)
    case .map(let values): try values.write(to: output)
    case .time(let seconds, let nanoseconds):
      output.string(CalendarTime(seconds, nanoseconds).rfc3339)
    case .structure(let structure):
      try output.object { (object) throws(JSONError) in
        for field in structure.fields {
          guard let name = field.json else { continue }
          let value = field.value
          if field.omitsEmpty, value.isEmpty { continue }
          try object.member(name, value)
        }
      }
    }
  }

  /// The value as JSON on one line.
  public var json: String { text(.compact) }

  /// The value as JSON over several lines, each level indented by so much.
  public func json(indentedBy indent: String) -> String { text(.indented(indent)) }

  private func text(_ layout: JSONWriter.Layout) -> String {
    // Only a number that is not finite cannot be written, and Go refuses it alike.
    guard let bytes = try? JSONWriter(layout).write(self) else { return "null" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A JSON value as Go reads it into `any`: numbers are floating, null is nothing.
  public init(_ tree: JSONTree) {
    switch tree {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let text):
      if let whole = Int64(text) { self = .int(whole) } else { self = .float(Double(text) ?? 0) }
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map { GoValue($0) })
    case .object(let members):
      self = .map(
        Dictionary(members.map { ($0.name, GoValue($0.value)) }) { _, last in last })
    }
  }
}
