import CLinux
import Glibc

/// A signal. See signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
  public let rawValue: CInt
  public init(rawValue: CInt) { self.rawValue = rawValue }

  public static let hangup = Signal(rawValue: SIGHUP)
  public static let interrupt = Signal(rawValue: SIGINT)
  public static let terminalInput = Signal(rawValue: SIGTTIN)
  public static let terminalOutput = Signal(rawValue: SIGTTOU)
  public static let quit = Signal(rawValue: SIGQUIT)
  public static let user1 = Signal(rawValue: SIGUSR1)
  public static let kill = Signal(rawValue: SIGKILL)
  public static let pipe = Signal(rawValue: SIGPIPE)
  public static let terminate = Signal(rawValue: SIGTERM)
  public static let child = Signal(rawValue: SIGCHLD)
  public static let `continue` = Signal(rawValue: SIGCONT)
  public static let stop = Signal(rawValue: SIGSTOP)
  public static let urgent = Signal(rawValue: SIGURG)
  public static let windowChange = Signal(rawValue: SIGWINCH)

  /// The first and the last real-time signal that the C library leaves to programs.
  static let realTime: ClosedRange<CInt> = 34...64

  // The first name of a number is the one that is printed.
  private static let names: [(StaticString, CInt)] = [
    ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP),
    ("ABRT", SIGABRT), ("IOT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL),
    ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2), ("PIPE", SIGPIPE),
    ("ALRM", SIGALRM), ("TERM", SIGTERM), ("STKFLT", SIGSTKFLT), ("CHLD", SIGCHLD),
    ("CLD", SIGCHLD), ("CONT", SIGCONT), ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN),
    ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ),
    ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("IO", SIGIO),
    ("POLL", SIGIO), ("PWR", SIGPWR), ("SYS", SIGSYS),
  ]

  /// A signal as a command line gives it: `15`, `TERM`, `sigterm`, `SIGRTMIN+3`, `RTMAX-1`; `nil`
  /// for what is none. A number is taken as it is from 0 to 64: 0 only asks whether a process is
  /// there.
  public init?(_ text: String) {
    if let number = CInt(text) {
      guard 0...Signal.realTime.upperBound ~= number else { return nil }
      self.init(rawValue: number)
      return
    }
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let number = Signal.names.first(where: { $0.0.description == name })?.1 {
      self.init(rawValue: number)
    } else if let number = Signal.realTimeNumber(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  private static func realTimeNumber(_ name: String) -> CInt? {
    let isFromStart = name.hasPrefix("RTMIN")
    guard isFromStart || name.hasPrefix("RTMAX") else { return nil }
    let rest = name.dropFirst(5)
    if rest.isEmpty { return isFromStart ? realTime.lowerBound : realTime.upperBound }
    let digits = rest.dropFirst()
    guard rest.first == (isFromStart ? "+" : "-"), digits.first?.isWholeNumber ?? false,
      let distance = CInt(digits), distance <= realTime.upperBound - realTime.lowerBound
    else { return nil }
    return isFromStart ? realTime.lowerBound + distance : realTime.upperBound - distance
  }

  /// `SIGTERM`, `SIGRTMIN+3`, or the bare number of what has no name.
  public var name: String {
    if let known = Signal.names.first(where: { $0.1 == rawValue }) { return "SIG\(known.0)" }
    guard Signal.realTime ~= rawValue else { return "\(rawValue)" }
    let distance = rawValue - Signal.realTime.lowerBound
    return distance == 0 ? "SIGRTMIN" : "SIGRTMIN+\(distance)"
  }

  /// Sends this signal to a process by its number, to a group by its negated one. See kill(2).
  public func send(to process: ProcessID) throws(SystemError) {
    try systemCall("kill", "process \(process)") { Glibc.kill(process, rawValue) }
  }

  /// Leaves this signal unheeded by this process, and by what it executes.
  public func ignore() throws(SystemError) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_IGN
    try systemCall("sigaction", name) { sigaction(rawValue, &action, nil) }
  }

  /// Gives the signals of a program's own faults back to the kernel, which ends the program.
  ///
  /// The Swift runtime handles them by executing `swift-backtrace`, which it looks for beside the
  /// program: for a program that was executed by descriptor that is the current folder, where it
  /// may be anybody's.
  public static func resetFaults() {
    for signal in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
      Glibc.signal(signal, SIG_DFL)
    }
  }

  /// Gives every signal its default action again; what is executed later inherits none ignored.
  public static func resetAll() {
    // The kernel's struct sigaction for SIG_DFL is all zeros. The C library's own call would leave
    // out the two signals that it keeps for itself; KILL and STOP refuse, and need nothing.
    let action: (UInt, UInt, UInt, UInt) = (0, 0, 0, 0)
    withUnsafeBytes(of: action) { action in
      for number in 1...UInt(realTime.upperBound) {
        _ = clinux_syscall(
          Int(SYS_rt_sigaction), number, UInt(bitPattern: action.baseAddress), 0, 8, 0, 0)
      }
    }
  }
}
