public import JSON

/// The first byte of a packet; what follows it depends on it.
public enum MonitorPacket: UInt8, Sendable {
  // From the monitor.

  /// A `MonitorAnswer` as JSON.
  case answer = 0
  /// Bytes of the standard output, or of the terminal.
  case output = 1
  /// Bytes of the standard error.
  case errorOutput = 2
  /// A decimal number of bytes that this client did not read in time, and that were left out.
  case skipped = 3
  /// A decimal exit status: the last packet. A container that is started again sends none.
  case exit = 4
  /// A `MonitorStatus` as JSON.
  case status = 5

  // To the monitor.

  /// Bytes for the standard input.
  case input = 16
  /// The client has no more input.
  case inputEnd = 17
  /// `ROWS COLUMNS`, decimal: the terminal's new size.
  case resize = 18
  /// The clean-up that the client took over is done.
  case cleanedUp = 19
  /// A decimal signal number, for the process that the connection is about.
  case signal = 20
}

extension MonitorPacket {
  /// A packet of this kind with a value as JSON.
  public func packet(_ value: some JSONWritable) throws(JSONError) -> [UInt8] {
    [rawValue] + (try JSONWriter().write(value))
  }

  /// A packet of this kind with a text or nothing.
  public func packet(_ text: String = "") -> [UInt8] { [rawValue] + Array(text.utf8) }
}
