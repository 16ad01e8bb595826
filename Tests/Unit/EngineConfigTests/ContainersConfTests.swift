import EngineConfig
import LinuxSystem
import SystemPackage
import TOML
import Testing

@Suite struct ContainersConfTests {
  private func read(_ files: [String: String]) throws -> ContainersConf {
    var result = ContainersConf()
    try withFolder(files) { folder in
      var files = ConfigurationFiles(environment: [:], uid: 1000)
      files.vendorFolder = "\(folder)/usr"
      files.administratorFolder = "\(folder)/etc"
      result = try ContainersConf(reading: files)
    }
    return result
  }

  private func helpers(_ line: String) -> String { "[engine]\nhelper_binaries_dir = \(line)\n" }

  @Test func withoutFilesTheDefaultsHold() throws {
    #expect(try read([:]).helperFolders.first == "/usr/local/libexec/podman")
    #expect(try read(["etc/containers.conf": "[containers]\n"]) == ContainersConf())
  }

  @Test func aLaterFileReplacesOrAdds() throws {
    let first = ["etc/containers.conf": helpers(#"["/a"]"#)]
    #expect(try read(first).helperFolders == ["/a"])

    let replaced = first.merging(["usr/containers.conf.d/1.conf": helpers(#"["/b"]"#)]) { $1 }
    #expect(try read(replaced).helperFolders == ["/b"])

    let added = first.merging([
      "usr/containers.conf.d/1.conf": helpers(#"["/b", {append=true}]"#),
      "usr/containers.conf.d/2.conf": helpers(#"["/c"]"#),
    ]) { $1 }
    #expect(try read(added).helperFolders == ["/a", "/b", "/c"])

    let ended = added.merging([
      "usr/containers.conf.d/3.conf": helpers(#"["/d", {append=false}]"#)
    ]) { $1 }
    #expect(try read(ended).helperFolders == ["/d"])
  }

  @Test(arguments: [#""/a""#, "[1]", "[{append = 1}]", "[{other = true}]"])
  func aWrongValueIsAnErrorThatNamesItsField(_ value: String) {
    #expect {
      _ = try read(["etc/containers.conf": helpers(value)])
    } throws: { error in
      "\(error)".contains("/etc/containers.conf: engine.helper_binaries_dir has to be an array")
    }
  }

  @Test func aSyntaxErrorNamesFileAndLine() {
    #expect {
      _ = try read(["etc/containers.conf": "[engine]\nhelper_binaries_dir = [\n"])
    } throws: { error in
      "\(error)".contains("/etc/containers.conf, line 3: expected a value")
    }
  }

  @Test func aFileThatTheEnvironmentNamesHasToExist() {
    let files = ConfigurationFiles(environment: ["CONTAINERS_CONF": "/no/such/file"], uid: 0)
    #expect {
      _ = try ContainersConf(reading: files)
    } throws: { error in
      guard case .unreadable(let reason) = error as? ConfigurationError else { return false }
      return reason.errno == .noSuchFileOrDirectory && reason.subject == "/no/such/file"
    }
  }
}
