/// A text that is being written.
public final class JSONOutput {
  private(set) var bytes: [UInt8] = []
  private let layout: JSONWriter.Layout
  private var depth = 0
  /// Whether something stands in the array or object at hand already.
  private var isFilled = false

  init(_ layout: JSONWriter.Layout) { self.layout = layout }

  /// Appends `null`, `true`, `false` or a number.
  func literal(_ text: String) { bytes += text.utf8 }

  /// Appends `null`, for a reader that expects a member even where it has no value.
  public func null() { literal("null") }

  /// Appends a string in quotation marks.
  public func string(_ string: String) { appendQuoted(string, to: &bytes) }

  /// Appends an object, for a type that is only written. Members are named in the order of the text.
  public func object(
    _ members: (JSONObjectOutput) throws(JSONError) -> Void
  ) throws(JSONError) {
    open(UInt8(ascii: "{"))
    try members(JSONObjectOutput(output: self))
    close(UInt8(ascii: "}"))
  }

  func number(_ number: Double) throws(JSONError) {
    guard number.isFinite else { throw .notFinite }
    literal("\(number)")  // "5.0" and "1e+20" are JSON as Swift writes them
  }

  func open(_ bracket: UInt8) {
    bytes.append(bracket)
    depth += 1
    isFilled = false
  }

  func close(_ bracket: UInt8) {
    depth -= 1
    if isFilled { breakLine() }
    bytes.append(bracket)
    isFilled = true
  }

  func nextElement() {
    if isFilled { bytes.append(UInt8(ascii: ",")) }
    breakLine()
    isFilled = true
  }

  func name(_ name: String) {
    nextElement()
    appendQuoted(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    if layout != .compact { bytes.append(UInt8(ascii: " ")) }
  }

  /// The name of a property, in which nothing needs an escape.
  func name(_ name: StaticString) {
    nextElement()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    if layout != .compact { bytes.append(UInt8(ascii: " ")) }
  }

  private func breakLine() {
    guard case .indented(let indent) = layout else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes += indent.utf8 }
  }
}

/// The members of an object that is being written.
public struct JSONObjectOutput {
  let output: JSONOutput

  /// Appends a member; one without a value is left out.
  public func member(_ name: String, _ value: (some JSONWritable)?) throws(JSONError) {
    guard let value else { return }
    output.name(name)
    try value.write(to: output)
  }
}
