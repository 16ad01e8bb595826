import Foundation
import Testing

@testable import Engine

/// AppArmor and SELinux as a machine's files show them, here a made-up one's.
@Suite struct SecurityLabelTests {
  private func withMachine(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let root = NSTemporaryDirectory() + "machine-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    for (path, text) in files {
      let file = root + path
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
    try body(root)
  }

  private static let selinux = [
    "/sys/fs/selinux/enforce": "1",
    "/etc/selinux/config": "# comment\nSELINUX=enforcing\nSELINUXTYPE=targeted\n",
    "/etc/selinux/targeted/contexts/lxc_contexts": """
    process = "system_u:system_r:container_t:s0"
    content = "system_u:object_r:virt_var_lib_t:s0"
    file = "system_u:object_r:container_file_t:s0"
    ro_file="system_u:object_r:container_ro_file_t:s0"
    init_process = "system_u:system_r:container_init_t:s0"
    """,
  ]

  @Test func everyContainerHasItsOwnPairOfCategories() throws {
    try withMachine(Self.selinux) { (root: String) throws in
      var numbers = [7, 7, 900, 3, 5, 3].makeIterator()
      let linux = SELinux(root: root)
      let labels = try linux.labels([], taken: ["s0:c3,c900"]) { _ in numbers.next() ?? 0 }
      #expect(labels.process == "system_u:system_r:container_t:s0:c3,c5")
      #expect(labels.files == "system_u:object_r:container_file_t:s0:c3,c5")
      var seen: Set<String> = []
      for _ in 0..<200 {
        let label = try linux.labels([], taken: seen).process
        let level = try #require(SELinuxContext(label)?.level)
        #expect(seen.insert(level).inserted)
      }
    }
  }

  @Test func optionsChangeTheirPart() throws {
    try withMachine(Self.selinux) { (root: String) throws in
      let linux = SELinux(root: root)
      let all = ["user:u", "role:r", "type:t", "level:s0:c1,c2", "filetype:f_t", "nested"]
      #expect(
        try linux.labels(all, taken: [])
          == SELinuxLabels(process: "u:r:t:s0:c1,c2", files: "u:object_r:f_t:s0:c1,c2"))
      #expect(
        try linux.labels(["disable"], taken: [])
          == SELinuxLabels(
            process: "", files: "system_u:object_r:container_file_t:s0:c1022,c1023"))
      #expect(
        try linux.labels(["level:s0"], isSystemd: true, taken: []).process
          == "system_u:system_r:container_init_t:s0")
      for wrong in ["type", "type:", "colour:red"] {
        #expect(throws: EngineError.self, "\(wrong)") { try linux.labels([wrong], taken: []) }
      }
    }
  }

  @Test func aMachineWithoutSELinuxHasNoLabels() throws {
    try withMachine([:]) { (root: String) throws in
      #expect(try SELinux(root: root).labels(["type:t"], taken: []) == SELinuxLabels())
    }
  }

  @Test func labelsAreTakenApart() {
    #expect(SELinuxContext("a:b:c") == nil || SELinuxContext("a:b:c")?.level == "")
    #expect(SELinuxContext("a:b:c:s0-s0:c0.c1023")?.level == "s0-s0:c0.c1023")
    #expect(SELinuxContext("a:b") == nil)
    #expect(SELinuxContext("") == nil)
  }

  @Test(arguments: ["/", "/usr", "/etc/", "//var", "/home/."])
  func theHostsOwnFoldersAreNotRelabelled(_ path: String) {
    #expect(throws: EngineError.self) { try SELinux.relabel(path, as: "a:b:c:s0", isShared: true) }
  }

  // MARK: AppArmor

  private static func apparmor(_ profiles: String) -> [String: String] {
    [
      "/sys/module/apparmor/parameters/enabled": "Y\n",
      "/sys/kernel/security/apparmor/profiles": profiles,
      "/usr/sbin/apparmor_parser": "",
    ]
  }

  private func profile(
    _ machine: AppArmor, _ asked: String?, configured: String = AppArmor.configuredDefault,
    isRootless: Bool = false
  ) throws -> String? {
    try machine.profile(asked, configured: configured, isRootless: isRootless)
  }

  @Test func withoutAWordTheDefaultProfileConfines() throws {
    let loaded = "other (enforce)\n\(AppArmor.defaultProfile) (enforce)\nwith space (complain)\n"
    try withMachine(Self.apparmor(loaded)) { (root: String) throws in
      let machine = AppArmor(root: root)
      #expect(try profile(machine, nil) == AppArmor.defaultProfile)
      #expect(try profile(machine, "unconfined") == nil)
      #expect(try profile(machine, "with space") == "with space")
      #expect(try profile(machine, nil, configured: "other") == "other")
      #expect(try profile(machine, nil, configured: "unconfined") == nil)
      #expect { try profile(machine, "missing") } throws: { "\($0)".contains("not loaded") }
      #expect(try profile(machine, nil, isRootless: true) == nil)
      #expect(throws: EngineError.self) { try profile(machine, "other", isRootless: true) }
    }
  }

  @Test func aMachineWithoutAppArmorRefusesAProfileThatWasAskedFor() throws {
    try withMachine([:]) { (root: String) throws in
      let machine = AppArmor(root: root)
      #expect(try profile(machine, nil) == nil)
      #expect(try profile(machine, nil, configured: "other") == nil)
      #expect { try profile(machine, "other") } throws: { "\($0)".contains("disabled on the host") }
    }
  }
}
