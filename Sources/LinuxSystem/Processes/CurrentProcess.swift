import CLinux
import Glibc
public import SystemPackage

/// What a process may ask and change about itself.
public enum CurrentProcess {
  public static var id: ProcessID { getpid() }
  public static var parentID: ProcessID { getppid() }
  public static var effectiveUserID: UInt32 { geteuid() }
  public static var effectiveGroupID: UInt32 { getegid() }

  /// Ends this process at once: no handler and no buffer of the C library is run.
  public static func exit(_ status: CInt) -> Never { _exit(status) }

  /// Begins a session without a terminal, with this process as its leader. See setsid(2).
  public static func startSession() throws(SystemError) {
    try systemCall("setsid") { setsid() }
  }

  /// Leads a process group of its own, the foreground one of the terminal on standard input if there
  /// is one. SIGTTOU has to be blocked or ignored. See setpgid(2) and tcsetpgrp(3).
  public static func startForegroundGroup() throws(SystemError) {
    try systemCall("setpgid") { setpgid(0, 0) }
    if isatty(0) == 1 { try systemCall("tcsetpgrp") { tcsetpgrp(0, getpgrp()) } }
  }

  /// Whether others may trace this process and read its /proc files; `exec` sets it again.
  /// See PR_SET_DUMPABLE(2const).
  public static func setDumpable(_ isDumpable: Bool) throws(SystemError) {
    try prctl("PR_SET_DUMPABLE", PR_SET_DUMPABLE, isDumpable ? 1 : 0)
  }

  public static func isDumpable() throws(SystemError) -> Bool {
    try prctl("PR_GET_DUMPABLE", PR_GET_DUMPABLE) != 0
  }

  /// The signal that this process gets when the thread that made it ends; `nil` for none.
  /// A change of user and the execution of a set-user-ID file clear it.
  public static func setParentDeathSignal(_ signal: Signal?) throws(SystemError) {
    try prctl("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, UInt(signal?.rawValue ?? 0))
  }

  /// Forbids, for ever and for all descendants, that an execution gives new privileges.
  public static func setNoNewPrivileges() throws(SystemError) {
    try prctl("PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1)
  }

  /// Makes this process the parent of descendants whose own parent has ended.
  public static func setChildSubreaper(_ isSubreaper: Bool) throws(SystemError) {
    try prctl("PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER, isSubreaper ? 1 : 0)
  }

  /// The name that ps(1) shows; the kernel keeps its first 15 bytes.
  public static func setName(_ name: String) throws(SystemError) {
    try systemCall("prctl", "PR_SET_NAME") {
      name.withCString { clinux_prctl(PR_SET_NAME, UInt(bitPattern: $0), 0, 0, 0) }
    }
  }

  /// Sets the permissions that new files lack, and returns those before. See umask(2).
  @discardableResult
  public static func setFileCreationMask(_ mask: UInt32) -> UInt32 { umask(mask) }

  /// Whether this process is in a user namespace that is not the machine's first: its user mapping is not
  /// the identity of all ids. See user_namespaces(7).
  public static var isInUserNamespace: Bool {
    guard let map = try? readFile("/proc/self/uid_map", limit: 65536) else { return false }
    let words = map.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    return words.map { String(decoding: $0, as: UTF8.self) } != ["0", "0", "4294967295"]
  }

  /// Becomes user and group 0 of a user namespace that was just entered, where both are mapped.
  ///
  /// Supplementary groups are dropped, unless the namespace forbids that (see user_namespaces(7)).
  public static func becomeRoot() throws(SystemError) {
    do throws(SystemError) {
      try systemCall("setgroups") { setgroups(0, nil) }
    } catch where error.errno == .notPermitted {
      // /proc/self/setgroups says "deny": an unprivileged user made the namespace.
    }
    try systemCall("setresgid", "group 0 of the user namespace") { setresgid(0, 0, 0) }
    try systemCall("setresuid", "user 0 of the user namespace") { setresuid(0, 0, 0) }
  }

  /// Changes the working directory to an open directory.
  public static func changeDirectory(to directory: FileDescriptor) throws(SystemError) {
    try systemCall("fchdir") { fchdir(directory.rawValue) }
  }

  /// Changes the working directory.
  public static func changeDirectory(to path: String) throws(SystemError) {
    try systemCall("chdir", path) { chdir(path) }
  }

  /// The working directory as the kernel sees it; `(unreachable)…` where it is not below our root.
  ///
  /// The C library reports such a directory as ENOENT: so the call is made without it.
  public static func workingDirectory() throws(SystemError) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = try systemCall("getcwd") {
      buffer.withUnsafeMutableBytes {
        clinux_syscall(
          Int(SYS_getcwd), UInt(bitPattern: $0.baseAddress), UInt($0.count), 0, 0, 0, 0)
      }
    }
    return String(decoding: buffer.prefix(max(0, length - 1)), as: UTF8.self)
  }

  @discardableResult
  static func prctl(
    _ name: String, _ option: CInt, _ a: UInt = 0, _ b: UInt = 0, _ c: UInt = 0, _ d: UInt = 0
  ) throws(SystemError) -> CInt {
    try systemCall("prctl", name) { clinux_prctl(option, a, b, c, d) }
  }
}
