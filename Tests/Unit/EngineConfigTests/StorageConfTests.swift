import LinuxSystem
import Testing

@testable import EngineConfig

@Suite struct StorageConfTests {
  private func read(
    _ files: [String: String], uid: UInt32 = 0, _ environment: [String: String] = [:]
  ) throws -> StoreOptions {
    var result = StoreOptions(graphRoot: "", runRoot: "")
    try withFolder(files) { folder in
      var places = ConfigurationFiles(environment: environment, uid: uid)
      places.vendorFolder = "\(folder)/usr"
      places.administratorFolder = "\(folder)/etc"
      places.userFolder = "\(folder)/home"
      result = try StorageConf(environment: environment, files: places).storeOptions()
      result.configurationFile = nil
    }
    return result
  }

  @Test func withoutFilesRootAndUsersHaveTheirPlaces() throws {
    let root = try read([:])
    #expect(root.graphRoot == "/var/lib/containers/storage")
    #expect(root.runRoot == "/run/containers/storage")
    #expect(root.driver == nil && !root.isRootless)

    let environment = ["HOME": "/home/a", "XDG_RUNTIME_DIR": "/run/user/7"]
    let user = try read([:], uid: 7, environment)
    #expect(user.graphRoot == "/home/a/.local/share/containers/storage")
    #expect(user.runRoot == "/run/user/7/containers")
    #expect(user.isRootless)
    let other = try read([:], uid: 7, environment.merging(["XDG_DATA_HOME": "/data"]) { $1 })
    #expect(other.graphRoot == "/data/containers/storage")
  }

  @Test func everyKeyOfTheDriversIsRead() throws {
    let options = try read([
      "etc/storage.conf": """
      [storage]
      driver = "overlay"
      driver_priority = ["overlay", "vfs"]
      graphroot = "/g"
      runroot = "/r"
      imagestore = "/i"
      transient_store = true
      [storage.options]
      additionalimagestores = ["/one", "/two"]
      root-auto-userns-user = "containers"
      auto-userns-min-size = 2048
      auto-userns-max-size = 4096
      disable-volatile = true
      pull_options = {enable_partial_images = "true"}
      [storage.options.overlay]
      mountopt = "nodev,metacopy=on"
      mount_program = "/usr/bin/fuse-overlayfs"
      size = "10G"
      inodes = "1000"
      skip_mount_home = "true"
      ignore_chown_errors = "true"
      force_mask = ""
      sync = "filesystem"
      use_composefs = "false"
      [storage.options.vfs]
      ignore_chown_errors = "true"
      [storage.options.btrfs]
      min_space = "1G"
      """
    ])
    #expect(options.driver == "overlay" && options.driverPriority == ["overlay", "vfs"])
    #expect(options.graphRoot == "/g" && options.runRoot == "/r" && options.imageStore == "/i")
    #expect(options.isTransient && options.disablesVolatile)
    #expect(options.additionalImageStores == ["/one", "/two"])
    #expect(options.autoUserNamespaceUser == "containers")
    #expect(options.autoUserNamespaceSizes == 2048...4096)
    #expect(options.pullOptions == ["enable_partial_images": "true"])
    #expect(options.overlay.mountOptions == ["nodev", "metacopy=on"])
    #expect(options.overlay.mountProgram == "/usr/bin/fuse-overlayfs")
    #expect(options.overlay.size == 10 << 30 && options.overlay.inodes == 1000)
    #expect(options.overlay.skipsMountOfHome && options.overlay.ignoresOwnerErrors)
    #expect(options.overlay.syncsFileSystem)
    #expect(options.vfs.ignoresOwnerErrors)
  }

  @Test(arguments: [
    "additionallayerstores = [\"/l\"]", "remap-user = \"alice\"", "remap-uids = \"0:1000:100\"",
    "pull_options = {convert_images = \"true\"}", "overlay.force_mask = \"shared\"",
    "force_mask = \"0700\"", "overlay.use_composefs = \"true\"",
  ])
  func whatCannotBeDoneIsNamed(_ line: String) throws {
    let files = ["etc/storage.conf": "[storage.options]\n\(line)\n"]
    let name = try #require(line.split { " .".contains($0) }.first { $0 != "overlay" })
    do {
      _ = try read(files)
      Issue.record("\(line) was taken")
    } catch {
      #expect("\(error)".contains(name) && "\(error)".contains("is not supported"), "\(error)")
    }
  }

  @Test func aLaterFileOverrides() throws {
    let options = try read(
      [
        "usr/storage.conf": "[storage]\ndriver = \"vfs\"\ngraphroot = \"/a\"\n",
        "etc/storage.conf.d/1.conf": "[storage]\ngraphroot = \"/b\"\n",
        "usr/storage.rootful.conf.d/2.conf": "[storage]\nrunroot = \"/c/$UID/${NAME}\"\n",
      ], ["NAME": "n"])
    #expect(options.driver == "vfs" && options.graphRoot == "/b" && options.runRoot == "/c/0/n")
  }

  /// The system's file names root's places.
  @Test func aUserHasPlacesOfTheirOwn() throws {
    let system = [
      "etc/storage.conf": """
      [storage]
      driver = "overlay"
      graphroot = "/var/lib/containers/storage"
      runroot = "/run/containers/storage"
      """
    ]
    let environment = ["HOME": "/home/a", "XDG_RUNTIME_DIR": "/run/user/7"]
    let options = try read(system, uid: 7, environment)
    #expect(options.driver == "overlay")
    #expect(options.graphRoot == "/home/a/.local/share/containers/storage")
    #expect(options.runRoot == "/run/user/7/containers")

    let path = ["etc/storage.conf": "[storage]\nrootless_storage_path = \"$HOME/images/$UID\"\n"]
    #expect(try read(path, uid: 7, environment).graphRoot == "/home/a/images/7")
    #expect(try read(path, environment).graphRoot == "/var/lib/containers/storage")
    let own = ["home/storage.conf": "[storage]\ngraphroot = \"/own\"\n"]
    #expect(try read(own, uid: 7, environment).graphRoot == "/own")
  }

  @Test func theEnvironmentOverridesFiles() throws {
    let files = [
      "etc/storage.conf": """
      [storage]
      driver = "overlay"
      [storage.options.overlay]
      mountopt = "nodev"
      """
    ]
    let options = try read(
      files, ["STORAGE_DRIVER": "vfs", "STORAGE_OPTS": "overlay.mount_program=/f,vfs.sync=none"])
    #expect(options.driver == "vfs")
    #expect(options.overlay.mountProgram == "/f" && options.overlay.mountOptions == [])
  }

  /// As guides say: `echo 'metacopy=on' >> /etc/containers/storage.conf`.
  @Test func metacopyMayStandAlone() throws {
    let options = try read([
      "etc/storage.conf": "[storage]\ndriver = \"overlay\"\n[storage.options]\nmetacopy=on\n"
    ])
    #expect(options.overlay.mountOptions == ["metacopy=on"])
  }

  @Test(arguments: [
    ("[storage]\ndriver = 7\n", "storage.driver"),
    ("[storage]\noptions = []\n", "storage.options"),
    (
      "[storage.options]\nadditionalimagestores = \"/x\"\n", "storage.options.additionalimagestores"
    ),
    (
      "[storage.options.overlay]\nskip_mount_home = \"maybe\"\n",
      "storage.options.overlay.skip_mount_home"
    ),
    ("[storage.options.overlay]\nsize = \"big\"\n", "storage.options.overlay.size"),
  ])
  func aWrongValueIsNamed(_ text: String, _ name: String) throws {
    do {
      _ = try read(["etc/storage.conf": text])
      Issue.record("it was read")
    } catch ConfigurationError.field(_, let field, _) {
      #expect(field == name)
    }
  }

  @Test(arguments: ["overlay.nothing=1", "vfs.size=1", "x"])
  func anUnknownOptionOfTheCommandLineIsAnError(_ option: String) {
    var options = StoreOptions(graphRoot: "/g", runRoot: "/r")
    #expect(throws: StoreOptionError.self) { try options.apply(driverOption: option) }
  }

  @Test func optionsOfOtherDriversArePassedOver() throws {
    var options = StoreOptions(graphRoot: "/g", runRoot: "/r")
    try options.apply(driverOption: "zfs.fsname=tank")
    try options.apply(driverOption: "dm.basesize=10G")
    #expect(options == StoreOptions(graphRoot: "/g", runRoot: "/r"))
  }
}
