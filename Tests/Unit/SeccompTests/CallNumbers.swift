import CSeccomp
import Glibc
import RuntimeSpec

typealias Profile = Spec.Linux.Seccomp

/// Numbers of calls on x86-64.
enum Call {
  static let socket: UInt32 = 41
  static let getcwd: UInt32 = 79
  static let mkdir: UInt32 = 83
  static let chmod: UInt32 = 90
}

let allow: UInt32 = 0x7fff_0000
/// `errno` with EPERM.
let denied: UInt32 = 0x0005_0001
/// `errno` with ENOSYS.
let notImplemented: UInt32 = 0x0005_0026

let x86_64: UInt32 = 0xc000_003e
let i386: UInt32 = 0x4000_0003
let aarch64: UInt32 = 0xc000_00b7
let x32Bit: UInt32 = 1 << 30

/// A bit of the upper half of an argument.
let high: UInt64 = 1 << 32

#if arch(x86_64)
  let isX86_64 = true
#else
  let isX86_64 = false
#endif

/// The name of a call on this machine.
func name(ofCall number: UInt32) -> String? {
  guard
    let name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), CInt(clamping: number))
  else { return nil }
  defer { free(name) }
  return String(cString: name)
}
