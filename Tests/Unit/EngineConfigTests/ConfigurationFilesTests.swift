import EngineConfig
import Testing

@Suite struct ConfigurationFilesTests {
  /// The paths that count in a folder of tests, which stands for the root of a machine.
  private func paths(
    in folder: String, uid: UInt32 = 1000, _ environment: [String: String] = [:]
  ) throws -> [String] {
    var files = ConfigurationFiles(
      environment: environment.merging(["HOME": "\(folder)/home"]) { given, _ in given }, uid: uid)
    files.vendorFolder = "\(folder)/usr"
    files.administratorFolder = "\(folder)/etc"
    return try files.paths(of: "containers").map {
      $0.hasPrefix(folder) ? String($0.dropFirst(folder.count + 1)) : $0
    }
  }

  @Test func ofTheMainFilesTheHighestCounts() throws {
    try withFolder(["usr/containers.conf": "", "etc/containers.conf": ""]) { folder in
      let found = try paths(in: folder)
      #expect(found == ["etc/containers.conf"])
    }
    let all = [
      "usr/containers.conf": "", "etc/containers.conf": "",
      "home/.config/containers/containers.conf": "", "xdg/containers/containers.conf": "",
    ]
    try withFolder(all) { folder in
      let home = try paths(in: folder)
      #expect(home == ["home/.config/containers/containers.conf"])
      let xdg = try paths(in: folder, ["XDG_CONFIG_HOME": "\(folder)/xdg"])
      #expect(xdg == ["xdg/containers/containers.conf"])
    }
    try withFolder([:]) { folder in
      let none = try paths(in: folder)
      #expect(none.isEmpty)
    }
  }

  @Test func dropInsCountByTheirNames() throws {
    let all = [
      "usr/containers.conf.d/10-vendor.conf": "", "usr/containers.conf.d/99-last.conf": "",
      "usr/containers.conf.d/README": "", "etc/containers.conf.d/50-own.conf": "",
      "usr/containers.rootless.conf.d/60-rootless.conf": "",
      "etc/containers.rootless.conf.d/1000/70-user.conf": "",
      "etc/containers.rootless.conf.d/1001/71-other.conf": "",
      "etc/containers.rootful.conf.d/80-rootful.conf": "",
      "home/.config/containers/containers.conf.d/10-vendor.conf": "",
      "home/.config/containers/containers.rootless.conf.d/90-nowhere.conf": "",
    ]
    try withFolder(all) { folder in
      let user = try paths(in: folder)
      #expect(
        user == [
          "home/.config/containers/containers.conf.d/10-vendor.conf",
          "etc/containers.conf.d/50-own.conf", "usr/containers.rootless.conf.d/60-rootless.conf",
          "etc/containers.rootless.conf.d/1000/70-user.conf", "usr/containers.conf.d/99-last.conf",
        ])
      let root = try paths(in: folder, uid: 0)
      #expect(root.contains("etc/containers.rootful.conf.d/80-rootful.conf"))
      #expect(!root.contains { $0.contains("rootless") })
    }
  }

  @Test func theEnvironmentNamesFiles() throws {
    try withFolder(["etc/containers.conf": ""]) { folder in
      let only = try paths(in: folder, ["CONTAINERS_CONF": "/only"])
      #expect(only == ["/only"])
      let both = try paths(
        in: folder, ["CONTAINERS_CONF": "/only", "CONTAINERS_CONF_OVERRIDE": "/more"])
      #expect(both == ["/only", "/more"])
      let more = try paths(
        in: folder, ["CONTAINERS_CONF": "", "CONTAINERS_CONF_OVERRIDE": "/more"])
      #expect(more == ["etc/containers.conf", "/more"])
    }
  }
}
