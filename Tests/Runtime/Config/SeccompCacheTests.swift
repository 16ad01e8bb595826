import Foundation
import Testing

extension RuntimeTests {
  /// Where this project's runtime keeps compiled filters: what others put there is not used.
  @Suite(.enabled(if: Runtime.isStrict, "where others keep filters is theirs"))
  struct SeccompCache {
    enum Tampering: CaseIterable {
      case changedByte, openProgram, otherOwner, otherMode, link, fifo, cut
    }

    @Test(arguments: Tampering.allCases)
    func doesNotUseWhatWasTamperedWith(tampering: Tampering) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = [
          "defaultAction": "SCMP_ACT_ALLOW",
          "syscalls": [
            ["names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77]
          ],
        ]
        bundle.shell("mkdir /made; echo $?")
        #expect(try bundle.run().text == "1")
        let path = try #require(try files(bundle).first)
        let original = try Data(contentsOf: URL(fileURLWithPath: path))
        try tamper(tampering, path, original, bundle.fixture)

        #expect(try bundle.run().text == "1")
        #expect(access(bundle.rootfs + "/made", F_OK) != 0)
        #expect(try files(bundle) == [path])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == original)
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode == S_IFREG | 0o600)
        #expect(status.st_uid == 0)
      }
    }

    private func files(_ bundle: Bundle) throws -> [String] {
      let folder = bundle.fixture.runtime.root + "/@seccomp"
      return try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
    }

    private func tamper(
      _ tampering: Tampering, _ path: String, _ original: Data, _ fixture: Fixture
    ) throws {
      let url = URL(fileURLWithPath: path)
      switch tampering {
      case .changedByte:
        var changed = original
        changed[changed.count / 2] ^= 1
        try changed.write(to: url)
      case .openProgram:
        // The first instruction (behind 48 bytes of head) returns SECCOMP_RET_ALLOW.
        var changed = original
        changed.replaceSubrange(48..<56, with: [6, 0, 0, 0, 0, 0, 0xff, 0x7f])
        try changed.write(to: url)
      case .otherOwner: chown(path, 1000, 1000)
      case .otherMode: chmod(path, 0o666)
      case .link:
        let target = fixture.folder + "/target"
        rename(path, target)
        symlink(target, path)
      case .fifo:
        unlink(path)
        mkfifo(path, 0o600)
      case .cut: truncate(path, 60)
      }
    }
  }
}
