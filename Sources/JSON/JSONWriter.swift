/// Writes `Encodable` values as JSON.
///
/// Members keep the order in which a type declares them; those of a dictionary are sorted by name,
/// so that equal values are equal texts. Optional properties without a value are left out.
public struct JSONWriter: Sendable {
  /// How the text is laid out.
  public enum Layout: Sendable, Equatable {
    /// On one line, without spaces.
    case compact
    /// A line for each member and element, indented by so many times the given text.
    case indented(String)
  }

  public var layout: Layout

  public init(_ layout: Layout = .compact) { self.layout = layout }

  /// Writes a value as one document, without a line feed at the end.
  public func write(_ value: some Encodable) throws(JSONError) -> [UInt8] {
    let tree: WrittenValue
    do {
      tree = try WrittenValue(of: value)
    } catch let error as JSONError {
      throw error
    } catch {
      throw .mismatch(field: "", expected: "a value that JSON can hold", found: "\(error)")
    }
    var bytes: [UInt8] = []
    append(tree, to: &bytes, depth: 0)
    return bytes
  }

  private func append(_ value: WrittenValue, to bytes: inout [UInt8], depth: Int) {
    switch value {
    case .literal(let text): bytes += text.utf8
    case .string(let string): appendQuoted(string, to: &bytes)
    case .array(let array):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in array.elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(&bytes, depth + 1)
        append(element, to: &bytes, depth: depth + 1)
      }
      if !array.elements.isEmpty { breakLine(&bytes, depth) }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(&bytes, depth + 1)
        appendQuoted(member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        if layout != .compact { bytes.append(UInt8(ascii: " ")) }
        append(member.value, to: &bytes, depth: depth + 1)
      }
      if !object.members.isEmpty { breakLine(&bytes, depth) }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private func breakLine(_ bytes: inout [UInt8], _ depth: Int) {
    guard case .indented(let indent) = layout else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes += indent.utf8 }
  }
}
