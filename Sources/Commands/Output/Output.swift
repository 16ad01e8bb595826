import LinuxSystem
import SystemPackage

/// Standard output, written in large pieces.
final class Output {
  private var bytes: [UInt8] = []

  func write(_ text: String) {
    bytes += text.utf8
    if bytes.count > 1 << 16 { flush() }
  }

  /// Writes a text and a line feed.
  func line(_ text: String) { write(text + "\n") }

  /// Hands over what was written. A reader that is gone, as `head`, is no failure of ours.
  func flush() {
    guard !bytes.isEmpty else { return }
    try? FileDescriptor.standardOutput.writeAll(bytes, subject: "standard output")
    bytes = []
  }
}
