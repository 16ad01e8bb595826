import CLinux
import Glibc
import SystemPackage

/// A set of signals that are blocked or waited for. See sigprocmask(2) and signalfd(2).
public struct SignalMask: Equatable, Sendable {
  // Bit n-1 stands for signal n, as in the kernel.
  private var bits: UInt64

  public static let none = SignalMask(bits: 0)
  /// Every signal that can be blocked.
  public static let all = SignalMask(bits: .max)

  private init(bits: UInt64) { self.bits = bits }

  public init(_ signals: Signal...) {
    bits = signals.reduce(0) { $0 | SignalMask.bit($1) }
  }

  /// The set without these signals.
  public func removing(_ signals: Signal...) -> SignalMask {
    SignalMask(bits: signals.reduce(bits) { $0 & ~SignalMask.bit($1) })
  }

  public func contains(_ signal: Signal) -> Bool { bits & SignalMask.bit(signal) != 0 }

  private static func bit(_ signal: Signal) -> UInt64 {
    1...64 ~= signal.rawValue ? 1 << UInt64(signal.rawValue - 1) : 0
  }

  /// Blocks exactly these signals, and returns what was blocked before.
  @discardableResult
  public func install() throws(SystemError) -> SignalMask { try change(SIG_SETMASK) }

  /// Blocks these signals too, and returns what was blocked before.
  @discardableResult
  public func block() throws(SystemError) -> SignalMask { try change(SIG_BLOCK) }

  private func change(_ how: CInt) throws(SystemError) -> SignalMask {
    var new = systemSet
    var old = sigset_t()
    try systemCall("sigprocmask") { sigprocmask(how, &new, &old) }
    var before = SignalMask.none
    for number in CInt(1)...64 where sigismember(&old, number) == 1 {
      before.bits |= SignalMask.bit(Signal(rawValue: number))
    }
    return before
  }

  /// A descriptor from which the signals of this set are read. They must be blocked.
  public func openDescriptor(nonBlocking: Bool = false) throws(SystemError) -> SignalDescriptor {
    var set = systemSet
    let flags = CInt(SFD_CLOEXEC | (nonBlocking ? SFD_NONBLOCK : 0))
    let number = try systemCall("signalfd") { signalfd(-1, &set, flags) }
    return SignalDescriptor(descriptor: OwnedDescriptor(owning: number))
  }

  private var systemSet: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in CInt(1)...64 where bits & (1 << UInt64(number - 1)) != 0 {
      sigaddset(&set, number)
    }
    return set
  }
}

/// A signal that was read from a descriptor, and who sent it.
public struct ReceivedSignal: Equatable, Sendable {
  public var signal: Signal
  /// The sender, or the child that changed its state; 0 where it is out of our pid namespace.
  public var sender: ProcessID
}

/// A descriptor that gives signals to read. See signalfd(2).
public struct SignalDescriptor: ~Copyable, Sendable {
  public let descriptor: OwnedDescriptor

  /// The next signal; `nil` if none is pending and the descriptor does not block.
  public func read() throws(SystemError) -> ReceivedSignal? {
    var info = signalfd_siginfo()
    do throws(SystemError) {
      let size = MemoryLayout<signalfd_siginfo>.size
      let length = try systemCall("read", "signalfd") {
        CLinux.read(descriptor.number, &info, size)
      }
      guard length == size else { return nil }
    } catch {
      if error.errno == .wouldBlock { return nil }
      throw error
    }
    return ReceivedSignal(
      signal: Signal(rawValue: CInt(truncatingIfNeeded: info.ssi_signo)),
      sender: ProcessID(truncatingIfNeeded: info.ssi_pid))
  }
}
