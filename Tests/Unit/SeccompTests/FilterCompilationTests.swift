import RuntimeSpec
import Testing

@testable import Seccomp

/// What each profile makes of calls, found by running the compiled program.
@Suite(.enabled(if: isX86_64, "the call numbers of these tables are those of x86-64"))
struct FilterCompilationTests {
  @Test(
    arguments: [
      (.kill, nil, 0x0000_0000),
      (.killThread, nil, 0x0000_0000),
      (.killProcess, nil, 0x8000_0000),
      (.trap, nil, 0x0003_0000),
      (.errno, nil, 0x0005_0001),
      (.errno, 0, 0x0005_0000),
      (.errno, 38, 0x0005_0026),
      (.errno, 4094, 0x0005_0ffe),
      (.trace, nil, 0x7ff0_0001),
      (.trace, 65535, 0x7ff0_ffff),
      (.log, nil, 0x7ffc_0000),
    ] as [(Profile.Action, UInt?, UInt32)])
  func givesEveryActionToItsCallAlone(
    action: Profile.Action, data: UInt?, expected: UInt32
  ) throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow,
        syscalls: [.init(names: ["getcwd"], action: action, errnoRet: data)]))
    #expect(try filter.verdict(CallData(number: Call.getcwd)) == expected)
    #expect(try filter.verdict(CallData(number: Call.chmod)) == allow)
    #expect(!filter.notifies)
  }

  @Test func givesTheDefaultToAllOthers() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .errno, defaultErrnoRet: 13,
        syscalls: [.init(names: ["getcwd", "futex_waitv"], action: .allow)]))
    #expect(try filter.verdict(CallData(number: Call.getcwd)) == allow)
    #expect(try filter.verdict(CallData(number: Call.chmod)) == 0x0005_000d)
  }

  @Test func asksForAListenerWhenARuleNotifies() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow, flags: [.threadSync, .waitKillable], listenerPath: "/run/agent",
        syscalls: [.init(names: ["mkdir"], action: .notify)]))
    #expect(try filter.verdict(CallData(number: Call.mkdir)) == 0x7fc0_0000)
    #expect(filter.notifies)
    #expect(
      filter.flags == [.newListener, .threadSync, .threadSyncError, .waitKillable])
  }

  @Test(
    arguments: [
      (.notEqual, [4, 6, 5 + high], [5]),
      (.lessThan, [0, 4], [5, 6, high]),
      (.lessOrEqual, [0, 4, 5], [6, high, 5 + high]),
      (.equal, [5], [4, 6, 5 + high]),
      (.greaterOrEqual, [5, 6, high], [0, 4]),
      (.greaterThan, [6, high, .max], [0, 4, 5]),
    ] as [(Profile.Operator, [UInt64], [UInt64])])
  func comparesAllSixtyFourBits(
    op: Profile.Operator, matching: [UInt64], others: [UInt64]
  ) throws {
    for index in UInt(0)...5 {
      let filter = try conditional([.init(index: index, value: 5, op: op)])
      for (values, expected) in [(matching, denied), (others, allow)] {
        for value in values {
          var arguments = [UInt64](repeating: 99, count: 6)
          arguments[Int(index)] = value
          let verdict = try filter.verdict(CallData(number: Call.socket, arguments: arguments))
          #expect(verdict == expected, "argument \(index) is \(value)")
        }
      }
    }
  }

  @Test(
    arguments: [
      (7 << 33 | 10, denied), (8 << 33, denied), (7 << 33 | 9, allow), (10, allow),
    ] as [(UInt64, UInt32)])
  func comparesWithValuesAboveThirtyTwoBits(value: UInt64, expected: UInt32) throws {
    let filter = try conditional([.init(index: 1, value: 7 << 33 | 9, op: .greaterThan)])
    #expect(
      try filter.verdict(CallData(number: Call.socket, arguments: [0, value])) == expected)
  }

  @Test(
    arguments: [
      (0x1200_0000_0000_0030, denied), (0x12ff_ffff_ffff_ff3f, denied),
      (0x1200_0000_0000_0040, allow), (0x1300_0000_0000_0030, allow), (0, allow),
    ] as [(UInt64, UInt32)])
  func comparesMaskedBitsWithTheSecondValue(value: UInt64, expected: UInt32) throws {
    let filter = try conditional([
      .init(
        index: 0, value: 0xff00_0000_0000_00f0, valueTwo: 0x1200_0000_0000_0030, op: .maskedEqual)
    ])
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [value])) == expected)
  }

  @Test func takesAMaskWithoutSecondValueAsAllBitsClear() throws {
    let filter = try conditional([.init(index: 0, value: 0x7e02_0000, op: .maskedEqual)])
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [0x11])) == denied)
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [0x1000_0000])) == allow)
  }

  @Test func requiresAllConditionsOnDifferentArguments() throws {
    let filter = try conditional([
      .init(index: 0, value: 1, op: .equal), .init(index: 1, value: 2, op: .equal),
    ])
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [1, 2])) == denied)
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [1, 3])) == allow)
    #expect(try filter.verdict(CallData(number: Call.socket, arguments: [0, 2])) == allow)
  }

  @Test func takesConditionsOnOneArgumentAsAlternatives() throws {
    let filter = try conditional([
      .init(index: 0, value: 1, op: .equal), .init(index: 0, value: 38, op: .equal),
      .init(index: 1, value: 2, op: .equal),
    ])
    for (arguments, expected) in [
      ([1, 0], denied), ([38, 0], denied), ([0, 2], denied), ([2, 1], allow),
    ] as [([UInt64], UInt32)] {
      #expect(try filter.verdict(CallData(number: Call.socket, arguments: arguments)) == expected)
    }
  }

  @Test func filtersEveryArchitectureByItsOwnNumbers() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow, architectures: [.amd64, .x86, .x32, .aarch64],
        syscalls: [.init(names: ["getcwd", "_llseek"], action: .errno)]))
    #expect(try filter.verdict(CallData(number: Call.getcwd)) == denied)
    #expect(try filter.verdict(CallData(architecture: i386, number: 183)) == denied)
    #expect(try filter.verdict(CallData(architecture: i386, number: 140)) == denied)
    #expect(try filter.verdict(CallData(architecture: i386, number: Call.getcwd)) == allow)
    #expect(try filter.verdict(CallData(number: x32Bit | Call.getcwd)) == denied)
    #expect(try filter.verdict(CallData(architecture: aarch64, number: 17)) == denied)
    #expect(try filter.verdict(CallData(architecture: aarch64, number: 18)) == allow)
  }

  @Test func killsCallsOfArchitecturesThatTheProfileLacks() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow, syscalls: [.init(names: ["getcwd"], action: .errno)]))
    #expect(try filter.verdict(CallData(architecture: i386, number: 1)) == 0)
    #expect(try filter.verdict(CallData(number: x32Bit | 1)) == 0)
  }

  @Test func passesOverUnknownCallsWithARemark() throws {
    var remarks: [String] = []
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .allow,
        syscalls: [.init(names: ["no_such_call", "getcwd"], action: .errno)]),
      remark: { remarks.append($0) })
    #expect(remarks == ["seccomp: unknown system call no_such_call was passed over"])
    #expect(try filter.verdict(CallData(number: Call.getcwd)) == denied)
  }

  @Test func passesOverRulesThatSayWhatTheDefaultSays() throws {
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .errno, defaultErrnoRet: 1,
        syscalls: [
          .init(names: ["getcwd"], action: .errno), .init(names: ["chmod"], action: .allow),
        ]))
    #expect(try filter.verdict(CallData(number: Call.getcwd)) == denied)
    #expect(try filter.verdict(CallData(number: Call.chmod)) == allow)
  }

  /// Enough rules for the binary tree, in which every call must still find its own.
  @Test func decidesEveryCallOfALongList() throws {
    let listed = (UInt32(0)..<330).filter { $0 % 3 != 0 && name(ofCall: $0) != nil }
    #expect(listed.count > 150)
    let filter = try SeccompFilter(
      compiling: Profile(
        defaultAction: .errno, defaultErrnoRet: 38,
        syscalls: [.init(names: listed.compactMap(name(ofCall:)), action: .allow)]))
    for number in UInt32(0)..<500 {
      let verdict = try filter.verdict(CallData(number: number))
      #expect(verdict == (listed.contains(number) ? allow : notImplemented), "call \(number)")
    }
  }

  @Test(
    arguments: [
      (nil, [.speculationAllow]),
      ([], []),
      ([.log], [.log]),
      ([.threadSync, .log, .speculationAllow], [.threadSync, .log, .speculationAllow]),
    ] as [([Profile.Flag]?, SeccompFilter.Flags)])
  func loadsWithTheProfilesFlags(flags: [Profile.Flag]?, expected: SeccompFilter.Flags) throws {
    let filter = try SeccompFilter(compiling: Profile(defaultAction: .allow, flags: flags))
    #expect(filter.flags == expected)
  }

  @Test func leavesOutAFlagForListenersWhenThereIsNone() throws {
    var remarks: [String] = []
    let filter = try SeccompFilter(
      compiling: Profile(defaultAction: .allow, flags: [.waitKillable]),
      remark: { remarks.append($0) })
    #expect(filter.flags == [])
    #expect(remarks.count == 1)
  }
}

private func conditional(_ arguments: [Profile.Argument]) throws -> SeccompFilter {
  try SeccompFilter(
    compiling: Profile(
      defaultAction: .allow,
      syscalls: [.init(names: ["socket"], action: .errno, args: arguments)]))
}
