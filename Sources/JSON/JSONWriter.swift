/// Writes values as JSON.
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
  public func write(_ value: some JSONWritable) throws(JSONError) -> [UInt8] {
    let output = JSONOutput(layout)
    try value.write(to: output)
    return output.bytes
  }
}
