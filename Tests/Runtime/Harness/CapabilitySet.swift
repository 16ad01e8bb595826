import Foundation

/// Capabilities as /proc shows them.
struct CapabilitySet {
  /// In the order of linux/capability.h.
  static let names = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
  ]

  private var bits: UInt64 = 0

  init(_ names: [String]) {
    for name in names {
      guard let bit = Self.names.firstIndex(of: String(name.dropFirst("CAP_".count))) else {
        preconditionFailure("unknown capability \(name)")
      }
      bits |= 1 << UInt64(bit)
    }
  }

  /// Sixteen digits.
  var hexadecimal: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What these tests themselves may do, and so what a container can be given.
  static let own: Set<String> = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
    let bits = UInt64(line.split(separator: "\t").last ?? "0", radix: 16) ?? 0
    return Set(
      names.enumerated().filter { bits & (1 << UInt64($0.offset)) != 0 }.map { "CAP_" + $0.element }
    )
  }()
}
