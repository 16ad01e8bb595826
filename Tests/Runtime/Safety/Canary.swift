import Foundation

/// What an attack must not change: files of the test beside the bundle, the host's mounts and the
/// names in some of its folders.
struct Canary {
  /// A folder with files; hostile links point to it.
  let folder: String
  /// A file in it that a container may never read.
  var secret: String { folder + "/secret" }
  private let bundle: Bundle
  private let before: [String]

  init(_ bundle: Bundle) throws {
    self.bundle = bundle
    folder = try bundle.fixture.newFolder("canary")
    _ = try bundle.fixture.newFile("canary/secret", "secret", mode: 0o600)
    _ = try bundle.fixture.newFile("canary/null", "not a device")
    try bundle.fixture.host("mkdir", folder + "/sub")
    try bundle.write()
    before = Self.look(folder, bundle)
  }

  /// What has changed since the beginning.
  var changes: [String] {
    let after = Self.look(folder, bundle)
    return after.filter { !before.contains($0) }.map { "now: \($0)" }
      + before.filter { !after.contains($0) }.map { "gone: \($0)" }
  }

  private static func look(_ folder: String, _ bundle: Bundle) -> [String] {
    var seen: [String] = []
    for path in [folder, folder + "/sub"] { seen += describe(path, deeply: true) }
    // The bundle is written again by tests: only its names count.
    seen += names(of: bundle.folder) + ["/", "/dev", "/etc"].flatMap(names)
    seen += HostMounts.outsideOfTests.map { "mount \($0.point) \($0.type) \($0.options)" }
    seen += HostMounts.points(below: bundle.fixture.folder).map { "mount \($0)" }
    return seen
  }

  private static func names(of folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" }
  }

  private static func describe(_ folder: String, deeply: Bool) -> [String] {
    ([folder] + names(of: folder)).map { path in
      var file = stat()
      guard lstat(path, &file) == 0 else { return "\(path) is gone" }
      return "\(path) \(file.st_mode) \(file.st_uid):\(file.st_gid) \(file.st_ino) "
        + "\(file.st_size) \(file.st_mtim.tv_sec).\(file.st_mtim.tv_nsec)"
    }
  }
}
