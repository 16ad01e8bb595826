import LinuxSystem
import Testing

@Suite struct ResourceLimitTests {
  @Test func namesComeBackAsTheSameResource() {
    #expect(ResourceLimit.allCases.count == 16)
    for limit in ResourceLimit.allCases { #expect(ResourceLimit(name: limit.name) == limit) }
    #expect(ResourceLimit(name: "RLIMIT_NONE") == nil)
    #expect(ResourceLimit(name: "NOFILE") == nil)
  }

  @Test func ownLimitsAreRead() throws {
    for limit in ResourceLimit.allCases {
      let values = try limit.values()
      #expect(values.soft <= values.hard)
      // What is set already may be set again.
      try limit.set(values)
    }
  }
}
