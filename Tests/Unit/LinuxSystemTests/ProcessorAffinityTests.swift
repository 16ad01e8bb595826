import LinuxSystem
import Testing

@Suite struct ProcessorAffinityTests {
  @Test func ownProcessorsAreReadAndKept() throws {
    let own = try ProcessorAffinity.current()
    #expect(!own.isEmpty)
    try ProcessorAffinity.set(own)
    #expect(try ProcessorAffinity.current() == own)
  }

  @Test func noProcessorIsAnError() {
    #expect(throws: SystemError.self) { try ProcessorAffinity.set(NumberSet()) }
  }
}
