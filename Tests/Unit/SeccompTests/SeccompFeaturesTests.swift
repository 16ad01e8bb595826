import RuntimeSpec
import Testing

@testable import Seccomp

@Suite struct SeccompFeaturesTests {
  @Test func listsWhatAProfileMaySay() throws {
    let features = RuntimeFeatures.Seccomp.current
    #expect(features.enabled == true)
    #expect(features.actions?.count == 9)
    #expect(features.actions?.first == "SCMP_ACT_ALLOW")
    #expect(
      features.operators == [
        "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT",
        "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE",
      ])
    let architectures = try #require(features.archs)
    for name in ["SCMP_ARCH_AARCH64", "SCMP_ARCH_S390X", "SCMP_ARCH_X32", "SCMP_ARCH_X86_64"] {
      #expect(architectures.contains(name))
    }
    #expect(architectures == architectures.sorted())
    #expect(features.knownFlags?.count == 4)
    #expect(features.supportedFlags?.contains("SECCOMP_FILTER_FLAG_LOG") == true)
  }

  @Test func knowsTheLibrarysVersion() {
    #expect(LibseccompVersion.string.split(separator: ".").count == 3)
    #expect(LibseccompVersion.string != "0.0.0")
  }
}
