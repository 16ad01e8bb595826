import CLinux
import CSeccomp
import LinuxSystem
public import RuntimeSpec
import SystemPackage

extension SeccompFilter.Flags {
  /// Whether this kernel knows all of the flags.
  var isSupported: Bool {
    // Flags are looked at before the program: a known flag without a program is EFAULT.
    let result = clinux_syscall(
      Int(SYS_seccomp), UInt(SECCOMP_SET_MODE_FILTER), UInt(rawValue), 0, 0, 0, 0)
    return result < 0 && currentErrno() == .badAddress
  }
}

extension Spec.Linux.Seccomp.Flag {
  /// The flag of seccomp(2).
  var filterFlag: SeccompFilter.Flags {
    switch self {
    case .threadSync: .threadSync
    case .log: .log
    case .speculationAllow: .speculationAllow
    case .waitKillable: .waitKillable
    }
  }

  /// Whether this kernel knows the flag.
  public var isSupported: Bool {
    // The kernel takes waitKillable only together with a listener.
    self == .waitKillable
      ? SeccompFilter.Flags([.newListener, .waitKillable]).isSupported : filterFlag.isSupported
  }
}

extension Spec.Linux.Seccomp.Action {
  /// Whether this kernel knows the action (seccomp(2), SECCOMP_GET_ACTION_AVAIL).
  public var isSupported: Bool {
    var action = filterAction(data: 0)
    return withUnsafeMutablePointer(to: &action) {
      clinux_syscall(
        Int(SYS_seccomp), UInt(SECCOMP_GET_ACTION_AVAIL), 0, UInt(bitPattern: $0), 0, 0, 0)
    } == 0
  }

  /// The action as a program returns it (seccomp(2)).
  ///
  /// - Parameter data: the error number of `errno` or the data of `trace`; the others have none.
  func filterAction(data: UInt16) -> UInt32 {
    switch self {
    case .kill, .killThread: 0x0000_0000
    case .killProcess: 0x8000_0000
    case .trap: 0x0003_0000
    case .errno: 0x0005_0000 | UInt32(data)
    case .trace: 0x7ff0_0000 | UInt32(data)
    case .notify: 0x7fc0_0000
    case .log: 0x7ffc_0000
    case .allow: 0x7fff_0000
    }
  }
}
