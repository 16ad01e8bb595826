import EngineConfig
import Foundation
import Testing

@Suite struct ProgramFoldersTests {
  @Test(arguments: [
    ("/usr/bin/podman", ["/usr/bin", "/usr/libexec/podman"]),
    ("/usr/libexec/podman/podman-monitor", ["/usr/libexec/podman", "/usr/bin"]),
    ("/bin/podman", ["/bin", "/libexec/podman"]),
    ("/libexec/podman/podman-dns", ["/libexec/podman", "/bin"]),
    ("/src/build/bin/ocirun", ["/src/build/bin", "/src/build/libexec/podman"]),
    ("/opt/odd/podman", ["/opt/odd"]), ("/podman", ["/"]),
  ])
  func programsKnowWhereTheOthersStand(_ executable: String, _ folders: [String]) {
    #expect(ProgramFolders(executable: executable, helperFolders: []).searched == folders)
  }

  @Test func configuredFoldersComeAfterTheOwn() {
    let folders = ProgramFolders(
      executable: "/usr/bin/podman",
      helperFolders: ["/opt/helpers", "$BINDIR", "$BINDIR/more", "/usr/libexec/podman", "relative"])
    #expect(
      folders.searched == ["/usr/bin", "/usr/libexec/podman", "/opt/helpers", "/usr/bin/more"])
  }

  @Test func aProgramIsFoundWhereItStandsFirst() throws {
    let files = [
      "bin/podman": "", "libexec/podman/podman-monitor": "", "other/podman-monitor": "",
      "other/netavark": "", "other/notes": "",
    ]
    try withFolder(files) { folder in
      for file in files.keys where !file.hasSuffix("notes") { chmod("\(folder)/\(file)", 0o755) }
      let folders = ProgramFolders(
        executable: "\(folder)/bin/podman", helperFolders: ["\(folder)/other"])
      let monitor = try folders.path(of: "podman-monitor")
      #expect(monitor == "\(folder)/libexec/podman/podman-monitor")
      let netavark = try folders.path(of: "netavark")
      #expect(netavark == "\(folder)/other/netavark")
      // Not executable, a folder, and no plain names.
      for name in ["notes", "podman-dns", "../bin/podman", "", ".."] {
        #expect {
          _ = try folders.path(of: name)
        } throws: { error in
          guard let missing = error as? MissingProgram else { return false }
          return missing.name == name && missing.searched == folders.searched
        }
      }
    }
  }

  @Test func theErrorNamesTheProgramAndThePlaces() {
    let folders = ProgramFolders(executable: "/nowhere/bin/podman", helperFolders: ["/opt/helpers"])
    #expect {
      _ = try folders.path(of: "podman-monitor")
    } throws: { error in
      "\(error)".hasPrefix(
        "podman-monitor was not found in /nowhere/bin, /nowhere/libexec/podman, /opt/helpers; ")
    }
  }

  @Test func theRunningProgramIsKnown() throws {
    let path = try runningExecutable()
    #expect(path.hasPrefix("/"))
    #expect(access(path, X_OK) == 0)
  }
}
