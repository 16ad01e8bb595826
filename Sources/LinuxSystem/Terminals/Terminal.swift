import CLinux
import Glibc
public import SystemPackage

/// A terminal's size in characters.
public struct WindowSize: Equatable, Sendable {
  public var rows: UInt16
  public var columns: UInt16

  public init(rows: UInt16, columns: UInt16) {
    self.rows = rows
    self.columns = columns
  }
}

/// A terminal's modes, to be put back later. See termios(3).
public struct TerminalModes: Sendable {
  fileprivate var value: termios

  /// These modes with all input and output passed through as it is.
  public func raw() -> TerminalModes {
    var copy = self
    cfmakeraw(&copy.value)
    return copy
  }

  /// These modes with nothing shown of what is typed: for passwords.
  public func withoutEcho() -> TerminalModes {
    var copy = self
    copy.value.c_lflag &= ~tcflag_t(ECHO)
    return copy
  }

  /// These modes with a new line sent as it is, not as carriage return and new line.
  public func withoutReturnBeforeNewLine() -> TerminalModes {
    var copy = self
    copy.value.c_oflag &= ~tcflag_t(ONLCR)
    return copy
  }
}

extension FileDescriptor {
  /// Whether this is a terminal.
  public var isTerminal: Bool { isatty(rawValue) == 1 }

  public func windowSize() throws(SystemError) -> WindowSize {
    var size = winsize()
    try systemCall("ioctl TIOCGWINSZ") { clinux_ioctl(rawValue, UInt(TIOCGWINSZ), &size) }
    return WindowSize(rows: size.ws_row, columns: size.ws_col)
  }

  public func setWindowSize(_ new: WindowSize) throws(SystemError) {
    var size = winsize()
    size.ws_row = new.rows
    size.ws_col = new.columns
    try systemCall("ioctl TIOCSWINSZ") { clinux_ioctl(rawValue, UInt(TIOCSWINSZ), &size) }
  }

  public func terminalModes() throws(SystemError) -> TerminalModes {
    var value = termios()
    try systemCall("tcgetattr") { tcgetattr(rawValue, &value) }
    return TerminalModes(value: value)
  }

  public func setTerminalModes(_ modes: TerminalModes) throws(SystemError) {
    var value = modes.value
    try systemCall("tcsetattr") { tcsetattr(rawValue, TCSANOW, &value) }
  }

  /// Makes this terminal the one that controls our session, whose leader we are. TIOCSCTTY,
  /// ioctl_tty(2).
  public func becomeControllingTerminal() throws(SystemError) {
    try systemCall("ioctl TIOCSCTTY") { clinux_ioctl(rawValue, UInt(TIOCSCTTY), nil) }
  }
}
