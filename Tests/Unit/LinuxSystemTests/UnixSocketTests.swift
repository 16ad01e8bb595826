import Foundation
import LinuxSystem
import SystemPackage
import Testing

@Suite struct UnixSocketTests {
  /// Paths within and beyond the 107 bytes of an address.
  @Test(arguments: [1, 150, 230])
  func connectsByPathsOfAnyLength(length: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      String(repeating: "d", count: length) + UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("socket").path
    let listener = try UnixSocket.listen(.stream, at: path)
    let ours = SharedDescriptor(try UnixSocket.connect(.stream, to: path))
    let theirs = SharedDescriptor(try UnixSocket.accept(listener.lent))
    try ours.lent.send([1, 2], with: [])
    #expect(try theirs.lent.receive(bytes: 8, descriptors: 0).bytes == [1, 2])
  }

  @Test func missingSocketIsNamed() {
    let error = #expect(throws: SystemError.self) {
      _ = try UnixSocket.connect(.stream, to: "/nonexistent/socket").number
    }
    #expect(error?.subject == "/nonexistent/socket")
    #expect(error?.errno == .noSuchFileOrDirectory)
  }
}
