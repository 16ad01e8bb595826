import CommandLine
import Engine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// Shows on standard error what a transfer does: at a terminal one line a layer with bytes, rate and bar,
/// else one plain line a layer.
final class TransferProgress: @unchecked Sendable {
  // Not shared: the engine calls it back in the one thread that there is.

  private struct Row {
    var digest: String
    var title: String
    var size: Int64
    var bytes: Int64 = 0
    var state = "waiting"
    var begin: Int64
    var end: Int64?
  }

  private let isTerminal = FileDescriptor.standardError.isTerminal
  private var rows: [Row] = []
  private var drawn = 0
  private var saysSignatures = true

  /// What the engine is given.
  var report: @Sendable (TransferEvent) -> Void {
    { [self] event in take(event) }
  }

  private func take(_ event: TransferEvent) {
    switch event.kind {
    case .source:
      settle()
      let place = event.text ?? ""
      line("Trying to pull \(place.hasPrefix("docker://") ? String(place.dropFirst(9)) : place)...")
    case .blob, .exists: begin(event)
    case .progress: update(event)
    case .done: finish(event)
    case .manifest:
      settle()
      line("Writing manifest to image destination")
    case .signatures: line("Checking image signatures")
    case .signing: line("Signing manifest")
    case .warning: line("Warning: " + (event.text ?? ""))
    case .result, .failure: settle()
    }
  }

  private func begin(_ event: TransferEvent) {
    if saysSignatures, rows.isEmpty { saysSignatures = false }
    let digest = event.digest ?? ""
    let short = digest.hasPrefix("sha256:") ? String(digest.dropFirst(7).prefix(12)) : digest
    let word = event.part == .configuration ? "config" : "blob"
    guard isTerminal else {
      let suffix = event.kind == .exists ? " skipped: already exists" : ""
      return line("Copying \(word) \(digest)\(suffix)")
    }
    let now = MonotonicClock.milliseconds()
    var row = Row(
      digest: digest, title: "Copying \(word) \(short)", size: event.size ?? -1, begin: now)
    if event.kind == .exists { (row.state, row.end) = ("skipped: already exists", now) }
    rows.append(row)
    draw()
  }

  private func update(_ event: TransferEvent) {
    guard isTerminal, let place = place(event) else { return }
    rows[place].bytes = event.bytes ?? 0
    rows[place].state = ""
    draw()
  }

  private func finish(_ event: TransferEvent) {
    guard isTerminal, let place = place(event) else { return }
    rows[place].state = "done"
    rows[place].end = MonotonicClock.milliseconds()
    if rows[place].size > 0 { rows[place].bytes = rows[place].size }
    draw()
  }

  private func place(_ event: TransferEvent) -> Int? {
    rows.lastIndex { $0.digest == event.digest && $0.end == nil }
  }

  // MARK: The terminal

  private func draw() {
    let size = try? FileDescriptor.standardError.windowSize()
    // A terminal that does not know its size says 0.
    func length(_ own: UInt16?, _ usual: Int) -> Int {
      own.map(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? usual
    }
    let width = max(20, length(size?.columns, 80))
    let height = max(4, length(size?.rows, 24))
    var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    // What is done and would not fit any more stays above, as it is.
    while rows.count > height - 2, let done = rows.firstIndex(where: { $0.end != nil }) {
      text += "\r\u{1B}[K" + picture(rows.remove(at: done), width) + "\n"
    }
    let shown = rows.suffix(height - 2)
    for row in shown { text += "\r\u{1B}[K" + picture(row, width) + "\n" }
    text += "\u{1B}[J"
    drawn = shown.count
    write(text)
  }

  private func picture(_ row: Row, _ width: Int) -> String {
    let seconds = max(1, (row.end ?? MonotonicClock.milliseconds()) - row.begin)
    let rate = HumanUnits.binarySize(Double(row.bytes) * 1000 / Double(seconds)) + "/s"
    var text = row.title + " "
    if row.state == "done" {
      text += "done   | \(HumanUnits.binarySize(Double(max(0, row.bytes))))"
    } else if !row.state.isEmpty {
      text += row.state
    } else if row.size > 0 {
      let part = min(1, Double(row.bytes) / Double(row.size))
      let filled = Int(part * 20)
      let bar =
        String(repeating: "=", count: filled) + (filled < 20 ? ">" : "")
        + String(repeating: "-", count: max(0, 19 - filled))
      text += "[\(bar)] \(HumanUnits.binarySize(Double(row.bytes))) / "
      text += "\(HumanUnits.binarySize(Double(row.size))) | \(rate)"
    } else {
      text += "\(HumanUnits.binarySize(Double(row.bytes))) | \(rate)"
    }
    return text.count < width ? text : String(text.prefix(width - 1))
  }

  /// What was drawn stays; what comes next is below it.
  private func settle() {
    rows = []
    drawn = 0
  }

  private func line(_ text: String) {
    if drawn > 0 { settle() }
    write(text + "\n")
  }

  private func write(_ text: String) { ErrorReport.write(text) }
}
