import Foundation
import Testing

extension RuntimeTests {
  /// `linux.maskedPaths` and `linux.readonlyPaths`.
  @Suite struct MaskedAndReadonlyPaths {
    @Test func masksFilesAndFolders() throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile("bundle/rootfs/secret", "text")
        _ = try bundle.fixture.newFolder("bundle/rootfs/folder")
        _ = try bundle.fixture.newFile("bundle/rootfs/folder/secret", "text")
        bundle.config["linux", "maskedPaths"] = [
          "/secret", "/folder", "/not/there", "/proc/version",
        ]
        let output = try bundle.output(
          of:
            "cat /secret /proc/version; ls -A /folder; stat -c '%t:%T' /secret; touch /folder/x 2>&1 | grep -o Read-only; echo x >/secret; cat /secret"
        )
        #expect(output.words == ["1:3", "Read-only"])
        let text = try String(contentsOfFile: bundle.rootfs + "/secret", encoding: .utf8)
        #expect(text == "text")
      }
    }

    @Test func readonlyPaths() throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile("bundle/rootfs/file", "text")
        _ = try bundle.fixture.newFolder("bundle/rootfs/folder")
        bundle.config["linux", "readonlyPaths"] = ["/file", "/folder", "/not/there"]
        let output = try bundle.output(
          of: """
            (echo x >/file) 2>/dev/null || echo file
            touch /folder/x 2>/dev/null || echo folder
            touch /other; cat /file
            """)
        #expect(output.words == ["file", "folder", "text"])
      }
    }

    @Test func procSysIsReadonly() throws {
      try withBundle { bundle throws in
        try bundle.output(
          of: "! echo x >/proc/sys/kernel/domainname && ! echo h >/proc/sysrq-trigger")
      }
    }

    @Test func aPathInBothListsIsMasked() throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile("bundle/rootfs/file", "text")
        bundle.config["linux", "maskedPaths"] = ["/file"]
        bundle.config["linux", "readonlyPaths"] = ["/file"]
        #expect(try bundle.output(of: "cat /file").text == "")
      }
    }

    @Test func mountsOfTheConfigurationAreMaskedToo() throws {
      try withBundle { bundle throws in
        let folder = try bundle.fixture.newFolder("source")
        _ = try bundle.fixture.newFile("source/secret", "text")
        bundle.addMount("/mnt", source: folder, options: ["bind"])
        bundle.config["linux", "maskedPaths"] = ["/mnt/secret"]
        #expect(try bundle.output(of: "cat /mnt/secret").text == "")
      }
    }
  }
}
