import LinuxSystem
import Testing

@Suite struct PasswordFileTests {
  private static let file = PasswordFile(
    Array("root:x:0:0:root:/root:/bin/sh\n\nbad\n::5\nu:x:7:7::/home/u\nv:x:7:7::/home/v:\n".utf8))

  @Test func firstLineOfTheUserCounts() {
    #expect(Self.file.home(ofUser: 0) == "/root")
    #expect(Self.file.home(ofUser: 7) == "/home/u")
  }

  @Test(arguments: [5, 77, .max] as [UInt32])
  func missingUsersHaveNone(user: UInt32) {
    #expect(Self.file.home(ofUser: user) == nil)
  }
}
