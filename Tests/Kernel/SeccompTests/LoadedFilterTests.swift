import CLinux
import CSeccomp
import Glibc
import LinuxSystem
import RuntimeSpec
import Seccomp
import Testing

typealias Profile = Spec.Linux.Seccomp

/// What the kernel does to a process that has loaded a compiled filter.
@Suite(.serialized) struct LoadedFilterTests {
  @Test func answersWithTheErrorNumber() throws {
    let filter = try SeccompFilter(compiling: deny("getppid", .errno, data: 77))
    #expect(outcome(of: filter) { call(SYS_getppid) } == .exited(77))
    #expect(outcome(of: filter) { call(SYS_getuid) } == .exited(0))
  }

  @Test(arguments: [Profile.Action.kill, .killThread, .killProcess, .trap])
  func endsTheProcessWithABadSystemCall(action: Profile.Action) throws {
    let filter = try SeccompFilter(compiling: deny("getppid", action))
    #expect(outcome(of: filter) { call(SYS_getppid) } == .killed(SIGSYS))
    #expect(outcome(of: filter) { call(SYS_getuid) } == .exited(0))
  }

  @Test func letsLoggedCallsThrough() throws {
    let filter = try SeccompFilter(compiling: deny("getppid", .log))
    #expect(outcome(of: filter) { call(SYS_getppid) } == .exited(0))
  }

  @Test func findsNobodyToTrace() throws {
    let filter = try SeccompFilter(compiling: deny("getppid", .trace))
    #expect(outcome(of: filter) { call(SYS_getppid) } == .exited(ENOSYS))
  }

  @Test func looksAtArguments() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow,
        syscalls: [
          .init(
            names: ["socket"], action: .errno, errnoRet: 22,
            args: [.init(index: 0, value: UInt64(AF_ALG), op: .equal)])
        ]))
    #expect(outcome(of: filter) { call(SYS_socket, UInt(AF_ALG), 5) } == .exited(22))
    #expect(outcome(of: filter) { call(SYS_socket, UInt(AF_UNIX), 1) } == .exited(0))
  }

  /// The profile names calls up to openat2 (437): what is above is too new for it.
  @Test func answersNewerCallsWithNotImplemented() throws {
    let filter = try SeccompFilter(compiling: wide(.errno))
    #expect(outcome(of: filter) { call(SYS_getppid) } == .exited(EPERM))
    #expect(outcome(of: filter) { call(600) } == .exited(ENOSYS))
    #expect(outcome(of: filter) { call(SYS_getuid) } == .exited(0))
  }

  @Test func loadsWithEveryFlag() throws {
    var profile = wide(.errno)
    profile.flags = [.threadSync, .log, .speculationAllow]
    let filter = try SeccompFilter(compiling: profile)
    #expect(outcome(of: filter) { call(SYS_getppid) } == .exited(EPERM))
  }

  @Test func handsCallsToAnAgent() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow, flags: [.threadSync, .waitKillable], listenerPath: "/run/agent",
        syscalls: [.init(names: ["getppid"], action: .notify)]))
    #expect(filter.notifies)
    let result = outcome { () throws(SystemError) in
      guard let listener = try filter.load() else { return 201 }
      let caller = fork()
      if caller == 0 { _exit(call(SYS_getppid)) }
      var notification = seccomp_notif()
      guard clinux_ioctl(listener.number, receiveNotification, &notification) == 0 else {
        return 202
      }
      var response = seccomp_notif_resp()
      response.id = notification.id
      response.error = -55
      guard clinux_ioctl(listener.number, sendResponse, &response) == 0 else { return 203 }
      var status: CInt = 0
      waitpid(caller, &status, 0)
      return clinux_wexitstatus(status)
    }
    #expect(result == .exited(55))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can take privileges from a child"))
  func needsAPrivilege() throws {
    let filter = try SeccompFilter(compiling: deny("getppid", .errno))
    let result = outcome { () throws(SystemError) in
      guard setuid(65534) == 0 else { return 201 }
      _ = try filter.load()
      return 0
    }
    #expect(result == .failed(EACCES))
  }

  @Test func loadsFromTheCacheAsCompiled() throws {
    var template = Array("/tmp/seccomp-load-XXXXXX".utf8CString)
    _ = try #require(mkdtemp(&template))
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let cache = SeccompFilterCache(folder: folder)
    let profile = wide(.errno)
    let first = try cache.filter(for: profile)
    let second = try cache.filter(for: profile)
    #expect(first == second)
    #expect(outcome(of: second) { call(SYS_getppid) } == .exited(EPERM))
    let root = try openFile("/tmp", [.readOnly, .directory])
    try root.lent.removeTree(String(folder.dropFirst("/tmp/".count)))
  }

  @Test func knowsWhatTheKernelKnows() {
    for action in Profile.Action.allCases { #expect(action.isSupported, "\(action)") }
    for flag in Profile.Flag.allCases { #expect(flag.isSupported, "\(flag)") }
  }
}

// SECCOMP_IOCTL_NOTIF_RECV and SECCOMP_IOCTL_NOTIF_SEND, whose macros have arguments.
private let receiveNotification: UInt = 0xc050_2100
private let sendResponse: UInt = 0xc018_2101

private func deny(_ name: String, _ action: Profile.Action, data: UInt? = nil) -> Profile {
  Profile(
    defaultAction: .allow,
    syscalls: [.init(names: [name], action: action, errnoRet: data)])
}

/// A profile that allows all that a test process needs and more, but not getppid.
private func wide(_ action: Profile.Action) -> Profile {
  Profile(
    defaultAction: action, architectures: [.amd64, .x86, .x32],
    syscalls: [
      .init(
        names: [
          "exit", "exit_group", "getuid", "geteuid", "getgid", "getegid", "gettid", "getpid",
          "read", "write", "close", "open", "openat", "openat2", "stat", "fstat", "lstat",
          "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "mmap", "munmap", "mprotect", "brk",
          "futex", "clone", "fork", "vfork", "wait4", "waitid", "kill", "tkill", "tgkill", "dup",
          "dup2", "dup3", "pipe", "pipe2", "poll", "ppoll", "select",
        ], action: .allow)
    ])
}
