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

  /// Appends a string in quotation marks.
  public func string(_ string: String) { appendQuoted(string, to: &bytes) }

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

  private func breakLine() {
    guard case .indented(let indent) = layout else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes += indent.utf8 }
  }
}
