import RuntimeSpec
import Testing

@testable import Seccomp

/// ENOSYS for calls that are newer than the profile, so that C libraries fall back to older ones.
@Suite(.enabled(if: isX86_64, "the call numbers of these tables are those of x86-64"))
struct NewerCallStubTests {
  /// openat2 is 437 on every architecture here; 17 and 79 are getcwd on aarch64 and x86-64.
  @Test(
    arguments: [
      (x86_64, Call.getcwd, allow), (x86_64, Call.chmod, denied), (x86_64, 437, allow),
      (x86_64, 438, notImplemented), (x86_64, 0x3fff_ffff, notImplemented),
      (i386, 183, allow), (i386, 15, denied), (i386, 437, allow), (i386, 438, notImplemented),
      (aarch64, 17, allow), (aarch64, 438, notImplemented),
      (x86_64, x32Bit | Call.getcwd, allow), (x86_64, x32Bit | Call.chmod, denied),
      (x86_64, x32Bit | 437, allow), (x86_64, x32Bit | 438, notImplemented),
      // Arm is not in the profile: libseccomp's answer to a wrong architecture stays.
      (0x4000_0028, 438, 0),
    ] as [(UInt32, UInt32, UInt32)])
  func answersAboveTheHighestCallOfEachArchitecture(
    architecture: UInt32, number: UInt32, expected: UInt32
  ) throws {
    let filter = try SeccompFilter(
      compiling: profile(.errno, architectures: [.amd64, .x86, .x32, .aarch64]))
    let call = CallData(architecture: architecture, number: number)
    #expect(try filter.verdict(call) == expected)
  }

  @Test func countsTheNativeArchitectureWithoutBeingNamed() throws {
    let filter = try SeccompFilter(compiling: profile(.errno, architectures: nil))
    #expect(try filter.verdict(CallData(number: 438)) == notImplemented)
    #expect(try filter.verdict(CallData(number: Call.chmod)) == denied)
    // x32 is no part of this profile.
    #expect(try filter.verdict(CallData(number: x32Bit | 438)) == 0)
  }

  @Test(arguments: [Profile.Action.killProcess, .kill, .trap])
  func answersBeforeHarsherDefaults(action: Profile.Action) throws {
    let filter = try SeccompFilter(compiling: profile(action))
    #expect(try filter.verdict(CallData(number: 438)) == notImplemented)
    #expect(try filter.verdict(CallData(number: Call.chmod)) == action.filterAction(data: 0))
  }

  @Test(arguments: [Profile.Action.allow, .log, .trace])
  func isAbsentWhereTheDefaultLetsCallsThrough(action: Profile.Action) {
    var profile = profile(action)
    profile.syscalls?[0].action = .errno
    #expect(NewerCallStub.instructions(for: profile).isEmpty)
  }

  @Test func isAbsentWhereTheDefaultIsTheSame() {
    var profile = profile(.errno)
    profile.defaultErrnoRet = 38
    #expect(NewerCallStub.instructions(for: profile).isEmpty)
    profile.defaultErrnoRet = 1
    #expect(!NewerCallStub.instructions(for: profile).isEmpty)
  }

  @Test func isAbsentWithoutAKnownCall() {
    var profile = profile(.errno)
    profile.syscalls = nil
    #expect(NewerCallStub.instructions(for: profile).isEmpty)
  }

  /// On s390 a large unknown number arrives as call 0. libseccomp cannot build such a filter on this
  /// machine, so the stub alone is run, with an end behind it.
  @Test func answersTheMultiplexerOfS390() throws {
    let filter = SeccompFilter(
      instructions: NewerCallStub.instructions(for: profile(.errno, architectures: [.s390x]))
        + [.end(denied)], flags: [])
    let s390x: UInt32 = 0x8000_0016
    #expect(try filter.verdict(CallData(architecture: s390x, number: 0)) == notImplemented)
    #expect(try filter.verdict(CallData(architecture: s390x, number: 1)) == denied)
    #expect(try filter.verdict(CallData(architecture: s390x, number: 438)) == notImplemented)
    #expect(try filter.verdict(CallData(number: 0)) == denied)
  }
}

private func profile(
  _ action: Profile.Action, architectures: [Profile.Architecture]? = nil
) -> Profile {
  Profile(
    defaultAction: action, architectures: architectures,
    syscalls: [.init(names: ["getcwd", "openat2", "no_such_call"], action: .allow)])
}
