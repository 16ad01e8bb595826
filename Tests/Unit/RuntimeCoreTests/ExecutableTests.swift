import Testing

@testable import RuntimeCore

@Suite struct ExecutableTests {
  private static func failure(_ name: String, _ environment: [String] = []) -> String? {
    do {
      _ = try Executable.find(name, environment)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func isSearchedForInPath() throws {
    #expect(try Executable.find("sh", ["PATH=/nonexistent:/bin/"]) == "/bin/sh")
    #expect(try Executable.find("/bin/sh", []) == "/bin/sh")
  }

  /// Engines make of these words exit statuses 126 and 127.
  @Test func failuresAreInTheWordsOfOtherRuntimes() {
    #expect(
      Self.failure("nothing", ["PATH=/bin"])
        == #"exec: "nothing": executable file not found in $PATH"#)
    #expect(Self.failure("sh") == #"exec: "sh": executable file not found in $PATH"#)
    #expect(
      Self.failure("/nothing") == #"exec: "/nothing": stat /nothing: no such file or directory"#)
    #expect(Self.failure("/etc/passwd") == #"exec: "/etc/passwd": permission denied"#)
    #expect(Self.failure("/etc") == #"exec: "/etc": is a directory"#)
    #expect(Self.failure("", ["PATH=/bin"]) == #"exec: "": executable file not found in $PATH"#)
  }

  @Test func relativeFoldersOfPathAreNotSearched() {
    #expect(Self.failure("sh", ["PATH=:.:bin:../../../../../../bin"]) != nil)
  }
}
