import Foundation
import Testing

@Suite(.enabled(if: ProcessProbe.isRoot, "needs root")) struct ProcessAttributeTests {
  @Test func userGroupsAndMaskAreThoseAskedFor() throws {
    let probe = try ProcessProbe("identity", "1234", "2345", "7,8")
    #expect(probe.line("Uid") == "Uid: 1234 1234 1234 1234")
    #expect(probe.line("Gid") == "Gid: 2345 2345 2345 2345")
    #expect(probe.line("Groups") == "Groups: 7 8")
    #expect(probe.line("Umask") == "Umask: 0027")
    #expect(probe.line("CapEff") == "CapEff: 0000000000000000")
    #expect(probe.line("CapPrm") != "CapPrm: 0000000000000000")
  }

  @Test func userWithoutNumberInTheNamespaceIsNamed() throws {
    let probe = try ProcessProbe(
      "identity", "5", "0", "", wrapper: ["/usr/bin/unshare", "--user", "--map-root-user"])
    #expect(probe.line("error")?.contains("process.user.uid") == true, "\(probe.lines)")
  }

  /// `unshare --map-root-user` denies setgroups, as an ordinary user's namespace must.
  @Test func groupsThatCannotBeSetArePassedOver() throws {
    let probe = try ProcessProbe(
      "identity", "0", "0", "7", wrapper: ["/usr/bin/unshare", "--user", "--map-root-user"])
    #expect(probe.line("Uid") == "Uid: 0 0 0 0", "\(probe.lines)")
  }

  private static func kill(_ field: String) -> String { "\(field): 0000000000000020" }
  private static let none = "0000000000000000"

  @Test func capabilitiesReachBothWords() throws {
    let probe = try ProcessProbe("capabilities", "1000")
    // CAP_KILL is 5, CAP_SYSLOG is 34, CAP_CHOWN is 0.
    #expect(
      probe.lines.suffix(5) == [
        "CapInh: \(Self.none)", "CapPrm: 0000000400000020", "CapEff: 0000000400000020",
        "CapBnd: 0000000400000021", "CapAmb: \(Self.none)",
      ])
    #expect(probe.lines.first != "CapEff: \(Self.none)")
  }

  @Test func inheritableAndAmbientAreAsAskedForAndNoMore() throws {
    let probe = try ProcessProbe("capabilities", "1000", "inherit")
    #expect(probe.line("CapInh") == Self.kill("CapInh"))
    #expect(probe.line("CapAmb") == Self.kill("CapAmb"))
    let warnings = probe.lines.filter { $0.hasPrefix("log warning") }
    #expect(warnings.contains { $0.contains("CAP_NONSENSE") })
    #expect(warnings.contains { $0.contains("CAP_SYSLOG") })
  }

  @Test func withoutCapabilitiesThereAreNone() throws {
    let probe = try ProcessProbe("capabilities", "0", "none")
    #expect(
      probe.lines.suffix(5)
        == ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map {
          "\($0): \(Self.none)"
        })
  }

  @Test func schedulingIsWhatWasAskedFor() throws {
    let probe = try ProcessProbe("scheduling")
    #expect(probe.line("nice") == "nice 7 policy 3", "\(probe.lines)")
    #expect(probe.line("io") == "io bestEffort 6")
    #expect(probe.line("personality") == "personality 00000008")
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/proc/self/numa_maps"),
      "the kernel has no NUMA policies"))
  func memoryPolicyIsTaken() throws {
    #expect(try ProcessProbe("scheduling", "memory").status == 0)
  }

  @Test func clonedProcessesAreWaitedForAndKilled() throws {
    let probe = try ProcessProbe("clone")
    #expect(probe.lines.contains("child is 1"), "\(probe.lines)")
    #expect(probe.lines.contains("ended true"))
    #expect(probe.lines.contains("status exited(7)"))
    #expect(probe.lines.last?.contains("signaled") == true)
  }

  @Test func signalsAreBlockedReadAndReset() throws {
    // A test's own process may have signals blocked and ignored: a shell's child has none.
    let probe = try ProcessProbe("signals")
    #expect(probe.lines.contains("received SIGTERM from self true"), "\(probe.lines)")
    #expect(probe.lines.contains("pending false"))
    #expect(probe.lines.last == "SigIgn: 0000000000000000")
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/keys"), "the kernel has no keyrings")
  )
  func keyringCanBeSearchedByItsUser() throws {
    let probe = try ProcessProbe("keyring")
    #expect(probe.lines == ["key 3f1b0000"] || probe.lines == ["key 3f3b0000"], "\(probe.lines)")
  }

  @Test func limitsAreSetFromOutside() throws {
    let probe = try ProcessProbe("limits", "200")
    #expect(probe.lines.prefix(2) == ["open files 100 of 200", "oom 500"], "\(probe.lines)")
    if ProcessInfo.processInfo.activeProcessorCount > 1 {
      #expect(probe.lines.last == "all processors true", "\(probe.lines)")
    }
  }

  @Test func limitThatCannotBeSetIsNamed() throws {
    let probe = try ProcessProbe(
      "limits", "999999999", wrapper: ["/usr/bin/setpriv", "--bounding-set", "-sys_resource"])
    #expect(
      probe.line("error")?.contains("process.rlimits RLIMIT_NOFILE") == true, "\(probe.lines)")
  }
}
