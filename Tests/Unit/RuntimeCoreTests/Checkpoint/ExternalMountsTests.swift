import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import RuntimeCore

/// What CRIU takes from the host: what the configuration binds, under names that cannot become others.
@Suite final class ExternalMountsTests {
  private let folder: String
  private let root: RootDirectory

  init() throws {
    folder = try makeTemporaryFolder()
    try makeDirectories("\(folder)/rootfs/run", mode: 0o755)
    try makeDirectories("\(folder)/rootfs/var", mode: 0o755)
    try makeDirectories("\(folder)/rootfs/etc", mode: 0o755)
    let rootfs = try openFile("\(folder)/rootfs", [.readOnly, .directory])
    try rootfs.lent.makeLink("var/run", to: "../../../run")
    try rootfs.lent.makeLink("escape", to: "/etc")
    root = RootDirectory(rootfs)
  }

  deinit { removeTemporaryFolder(folder) }

  /// The case of CVE-2026-115520: `mnt[/data]:/etc]:…` would bind the host's /etc into /data.
  @Test(
    arguments: [
      "/data]:/etc", "/data]", "/a:b", "/a[b", "/a\nb", "/a\u{7f}b", "/a\tb",
    ])
  func refusesNamesThatCriuWouldTakeApart(destination: String) throws {
    let plan = try plan([.init(destination: destination, type: "bind", source: "/tmp")])
    let restoring = #expect(throws: RuntimeError.self) {
      _ = try ExternalMounts(restoring: plan, root: root)
    }
    try makeDirectories("\(folder)/rootfs\(destination)", mode: 0o755)
    let dumping = #expect(throws: RuntimeError.self) {
      _ = try ExternalMounts(dumping: plan, root: root)
    }
    for error in [restoring, dumping] {
      #expect("\(try #require(error))".hasPrefix("mounts[0].destination cannot be honoured here: "))
    }
  }

  @Test func refusesTheNameThatStandsForAllMounts() throws {
    var mounts = ExternalMounts()
    for key in ["", "/"] {
      #expect(throws: RuntimeError.self) { try mounts.add(key, "/etc", field: "mounts[0]") }
    }
    #expect(mounts.list.isEmpty)
  }

  /// Nothing but the bind mounts of the configuration, with the configuration's own sources.
  @Test func takesFromTheHostOnlyWhatIsConfigured() throws {
    let mounts = try ExternalMounts(
      restoring: plan([
        .init(destination: "/proc", type: "proc", source: "proc"),
        .init(destination: "/dev", type: "tmpfs", source: "tmpfs"),
        .init(destination: "/data", type: "bind", source: "/srv/data"),
        .init(destination: "/rel", source: "sub", options: ["rbind", "ro"]),
      ]), root: root)
    #expect(
      mounts.list == [
        .init(key: "/data", value: "/srv/data"), .init(key: "/rel", value: "\(folder)/sub"),
      ])
  }

  @Test func namesMountPointsAsTheyAreInTheRoot() throws {
    let mounts = try ExternalMounts(
      restoring: plan([
        .init(destination: "/var/run/a/b", type: "bind", source: "/x"),
        .init(destination: "/escape/passwd", type: "bind", source: "/y"),
        .init(destination: "//not//there/", type: "bind", source: "/z"),
      ]), root: root)
    // Links lead nowhere but into the root.
    #expect(mounts.list.map(\.key) == ["/run/a/b", "/etc/passwd", "/not/there"])
  }

  @Test func namesTheNullDeviceOfMaskedFiles() throws {
    var spec = spec([])
    spec.linux?.maskedPaths = ["/proc/kcore"]
    let plan = try RootFilesystem(spec: spec, bundle: folder, inUserNamespace: false)
    #expect(
      try ExternalMounts(restoring: plan, root: root).list
        == [.init(key: "/dev/null", value: "/dev/null")])
  }

  private func plan(_ mounts: [Spec.Mount]) throws -> RootFilesystem {
    try RootFilesystem(spec: spec(mounts), bundle: folder, inUserNamespace: false)
  }

  private func spec(_ mounts: [Spec.Mount]) -> Spec {
    var spec = Spec.blank
    spec.root = Spec.Root(path: "rootfs")
    spec.mounts = mounts
    spec.linux = Spec.Linux(namespaces: [.init(type: .mount), .init(type: .cgroup)])
    return spec
  }
}
