import RuntimeSpec
import Testing

@testable import Seccomp

/// What is wrong in a profile is said with its place in `config.json`.
@Suite struct ProfileValidationTests {
  @Test(
    arguments: [
      (
        Profile(defaultAction: .allow, defaultErrnoRet: 1),
        "linux.seccomp.defaultErrnoRet: an error number does not go with SCMP_ACT_ALLOW"
      ),
      (
        Profile(defaultAction: .errno, defaultErrnoRet: 5000),
        "linux.seccomp.defaultErrnoRet: 5000 is above 4094"
      ),
      (
        Profile(defaultAction: .trace, defaultErrnoRet: 65536),
        "linux.seccomp.defaultErrnoRet: 65536 is above 65535"
      ),
      (
        Profile(defaultAction: .notify, listenerPath: "/run/agent"),
        "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY here would stop the runtime before it can "
          + "hand over the listener"
      ),
      (
        rule(.init(names: [], action: .errno)),
        "linux.seccomp.syscalls[1].names: must not be empty"
      ),
      (
        rule(.init(names: ["read", ""], action: .errno)),
        "linux.seccomp.syscalls[1].names[1]: must not be empty"
      ),
      (
        rule(.init(names: ["read", "write"], action: .notify)),
        "linux.seccomp.syscalls[1].names[1]: SCMP_ACT_NOTIFY here would stop the runtime before "
          + "it can hand over the listener"
      ),
      (
        rule(.init(names: ["read"], action: .kill, errnoRet: 1)),
        "linux.seccomp.syscalls[1].errnoRet: an error number does not go with SCMP_ACT_KILL"
      ),
      (
        rule(
          .init(
            names: ["read"], action: .errno,
            args: [.init(index: 5, value: 0, op: .equal), .init(index: 6, value: 0, op: .equal)])),
        "linux.seccomp.syscalls[1].args[1].index: 6 is above 5"
      ),
      (
        rule(.init(names: ["read"], action: .notify)),
        "linux.seccomp.listenerPath: must be set, because a rule has the action SCMP_ACT_NOTIFY"
      ),
      (
        Profile(defaultAction: .allow, listenerMetadata: "data"),
        "linux.seccomp.listenerMetadata: must not be set without listenerPath"
      ),
      (
        Profile(
          defaultAction: .allow,
          syscalls: [
            .init(
              names: ["bind"], action: .errno, args: [.init(index: 0, value: 1, op: .equal)]),
            .init(names: ["bind"], action: .log, args: [.init(index: 0, value: 1, op: .equal)]),
          ]),
        "linux.seccomp.syscalls[1]: the rule for bind contradicts an earlier one"
      ),
    ] as [(Profile, String)])
  func namesTheField(profile: Profile, expected: String) {
    #expect { try SeccompFilter(compiling: profile) } throws: { "\($0)" == expected }
  }

  @Test(.enabled(if: isX86_64, "needs a little-endian machine"))
  func namesAnArchitectureThatCannotBeMixedIn() {
    let profile = Profile(defaultAction: .allow, architectures: [.amd64, .s390x])
    #expect { try SeccompFilter(compiling: profile) } throws: {
      "\($0)"
        == "linux.seccomp.architectures[1]: the architecture has another byte order than this machine"
    }
  }

  @Test(
    .enabled(
      if: LibseccompArchitecture(.sheb) == nil, "this libseccomp knows all architectures"))
  func namesAnArchitectureThatTheLibraryLacks() {
    let profile = Profile(defaultAction: .allow, architectures: [.sheb])
    #expect { try SeccompFilter(compiling: profile) } throws: {
      "\($0)"
        == "linux.seccomp.architectures[0]: SCMP_ARCH_SHEB is not known to libseccomp "
        + LibseccompVersion.string
    }
  }
}

/// A profile whose second rule is the given one.
private func rule(_ rule: Profile.Syscall) -> Profile {
  Profile(
    defaultAction: .allow, syscalls: [.init(names: ["getcwd"], action: .errno), rule])
}
