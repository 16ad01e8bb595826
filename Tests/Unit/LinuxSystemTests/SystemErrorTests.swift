import LinuxSystem
import SystemPackage
import Testing

@Suite struct SystemErrorTests {
  @Test func describesOperationSubjectAndReason() {
    let error = SystemError("open", "/nowhere", .noSuchFileOrDirectory)
    #expect(error.description == "open /nowhere: no such file or directory")
  }
}
