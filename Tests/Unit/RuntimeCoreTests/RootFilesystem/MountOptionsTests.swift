import LinuxSystem
import Testing

@testable import RuntimeCore

@Suite struct MountOptionsTests {
  @Test(
    arguments: [
      (["ro"], .readOnly, []), (["ro", "rw"], [], .readOnly), (["rw", "ro"], .readOnly, []),
      (["defaults"], [], []), (["defaults", "nosuid"], .noSetUserID, []),
      (["bind"], .bind, []), (["rbind", "nodev"], [.bind, .recursive, .noDevices], []),
      (
        ["async", "suid", "dev", "exec"], [],
        [.synchronous, .noSetUserID, .noDevices, .noExecution]
      ),
      (["lazytime", "nolazytime", "loud", "nomand"], [], [.lazyTime, .silent, .mandatoryLocks]),
      (["noatime", "atime", "relatime"], .relativeAccessTime, .noAccessTime),
      (["nosymfollow", "iversion"], [.noLinks, .inodeVersion], []),
    ] as [([String], MountFlags, MountFlags)])
  func flags(_ row: (options: [String], set: MountFlags, cleared: MountFlags)) {
    let options = MountOptions(row.options)
    #expect(options.flags == row.set)
    #expect(options.clearedFlags == row.cleared)
    #expect(options.data.isEmpty)
  }

  @Test(
    arguments: [
      (["rro"], .readOnly, []), (["rro", "rrw"], [], .readOnly), (["rrw", "rro"], .readOnly, []),
      (["rnosuid", "rdev"], .noSetUserID, .noDevices),
      (["rnoatime"], .noAccessTime, .accessTimes), (["ratime"], [], .accessTimes),
      (["rstrictatime", "rnoatime"], .noAccessTime, .accessTimes),
      (["rrelatime"], [], .accessTimes), (["rnoatime", "rrelatime"], [], .accessTimes),
      (["rnodiratime"], .noDirectoryAccessTime, []), (["rsymfollow"], [], .noLinks),
    ] as [([String], MountAttributes, MountAttributes)])
  func recursiveAttributes(
    _ row: (options: [String], set: MountAttributes, cleared: MountAttributes)
  ) {
    let options = MountOptions(row.options)
    #expect(options.recursiveSet == row.set)
    #expect(options.recursiveClear == row.cleared)
    #expect(options.flags.isEmpty)
  }

  @Test func propagationKeepsItsOrder() {
    let options = MountOptions(["rslave", "shared"])
    #expect(
      options.propagation == [
        MountOptions.Propagation(kind: .slave, isRecursive: true),
        MountOptions.Propagation(kind: .shared, isRecursive: false),
      ])
  }

  @Test func theRestIsTheFileSystems() {
    let options = MountOptions(["size=64k", "nosuid", "mode=755", "acl", "", "tmpcopyup", "idmap"])
    #expect(options.data == ["size=64k", "mode=755", "acl"])
    #expect(options.copiesUp)
    #expect(options.idMapped == .alone)
    #expect(MountOptions(["ridmap"]).idMapped == .withSubmounts)
  }

  /// What `features` tells must be what the parser knows, and nothing else.
  @Test func everyKnownOptionHasAMeaning() {
    #expect(MountOptions.known == MountOptions.known.sorted())
    for name in MountOptions.known {
      #expect(MountOptions([name]).data.isEmpty, "\(name)")
      #expect(name == "defaults" || MountOptions([name]) != MountOptions(), "\(name)")
    }
  }

  @Test func dataIsSplitAtCommasOutsideOfQuotes() {
    #expect(MountedRoot.splitData("a=1,b") == ["a=1", "b"])
    #expect(
      MountedRoot.splitData("mode=755,context=\"system_u:r:t:s0:c1,c2\",x")
        == ["mode=755", "context=\"system_u:r:t:s0:c1,c2\"", "x"])
    #expect(MountedRoot.splitData(",,").isEmpty)
  }
}
