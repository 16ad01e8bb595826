import LinuxSystem
import Testing

@Suite struct CapabilitiesTests {
  @Test func namesHaveTheKernelsNumbers() {
    #expect(Capabilities.names.count == 41)
    #expect(Capabilities(name: "CAP_CHOWN")?.rawValue == 1)
    #expect(Capabilities(name: "CAP_SYS_ADMIN")?.rawValue == 1 << 21)
    #expect(Capabilities(name: "CAP_SYSLOG")?.rawValue == 1 << 34)
    #expect(Capabilities(name: "CAP_CHECKPOINT_RESTORE")?.rawValue == 1 << 40)
    for name in Capabilities.names {
      #expect(Capabilities(name: name.description)?.names == [name.description])
    }
  }

  @Test(arguments: ["", "CAP_", "KILL", "cap_kill", "CAP_KILLED", "CAP_KIL"])
  func otherNamesAreUnknown(name: String) {
    #expect(Capabilities(name: name) == nil)
  }

  @Test func ownSetsAreReadAndSupported() throws {
    let own = try ThreadCapabilities.current()
    #expect(Capabilities.supported().isSuperset(of: own.permitted))
    #expect(own.permitted.isSuperset(of: own.effective))
  }
}
