import EngineConfig
import Glibc
import LinuxSystem
import SystemPackage

@testable import Storage

let isRoot = geteuid() == 0

/// A store of its own for one test, with the program beside the tests that works on it from outside.
final class TestStore {
  let folder: String
  let driver: String

  /// - Parameter place: /dev/shm has no disk to wait for.
  init(driver: String = "overlay", in place: String = "/tmp") throws {
    self.driver = driver
    folder = "\(place)/storage-tests-\(hexadecimal(try randomBytes(6)))"
    try makeDirectory(folder, mode: 0o755)
  }

  deinit {
    for entry in ((try? MountTable.current()) ?? []).reversed() where entry.path.hasPrefix(folder) {
      try? unmount(entry.path, [.detach])
    }
    try? removeTree(folder)
  }

  var root: String { "\(folder)/root" }
  var run: String { "\(folder)/run" }

  var options: StoreOptions {
    var options = StoreOptions(graphRoot: root, runRoot: run)
    options.driver = driver.split(separator: "=").first.map(String.init)
    return options
  }

  func open() throws -> Store { try Store.open(options) }

  /// Runs the probe on this store, for several operations with "then" between them.
  ///
  /// - Returns: the lines that it wrote, and its exit status.
  @discardableResult
  func probe(
    _ operation: [String], switches: [String] = []
  ) throws -> (lines: [String], status: ExitStatus) {
    let tests = CommandLine.arguments[0]
    let path = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)] + "/StorageProbe"
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
      return ([], .exited(1))
    }
    let words = [String(path)] + switches + [root, run, driver] + operation
    let launch = ProgramLaunch(String(path), words, descriptors: [1: writing.lent])
    let child = try launch.start()
    try writing.close()
    let output = try reading.lent.readToEnd(limit: 1 << 20)
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    return (lines, try child.wait())
  }

  /// The folders and files that belong to no record, and the records that lack theirs.
  func strays() throws -> [String] {
    let store = try open()
    let layers = Set(try store.layers().items.map(\.id))
    let images = try store.images().items
    let home = driver == "overlay" ? "\(root)/overlay" : "\(root)/vfs/dir"
    var strays: [String] = []
    let folders = names(in: home).filter(isObjectID)
    strays += folders.filter { !layers.contains($0) }.map { "folder \($0)" }
    strays += layers.filter { !folders.contains($0) }.map { "no folder \($0)" }
    strays += names(in: "\(root)/\(driver)/tempdirs").map { "temporary \($0)" }
    strays += names(in: "\(root)/\(driver)-layers/tmp").map { "temporary \($0)" }
    if driver == "overlay" {
      for link in names(in: "\(root)/overlay/l") {
        let target = try linkTarget(of: "\(root)/overlay/l/\(link)")
        if !layers.contains(where: { target == "../\($0)/diff" }) { strays.append("link \(link)") }
      }
    }
    for file in names(in: store.layerRecords.folder) where file.hasSuffix(".tar-split.gz") {
      if !layers.contains(String(file.prefix(64))) { strays.append("tar-split \(file)") }
    }
    for folder in names(in: store.imageRecords.folder) where isObjectID(folder) {
      if !images.contains(where: { $0.id == folder }) { strays.append("image \(folder)") }
    }
    let containers = try store.containers().items
    for container in containers where !layers.contains(container.layer) {
      strays.append("container \(container.id) without layer")
    }
    for layer in try store.layers().items where layer.contents == nil {
      if !containers.contains(where: { $0.layer == layer.id }) {
        strays.append("layer \(layer.id)")
      }
    }
    return strays
  }

  private func names(in folder: String) -> [String] {
    guard let directory = try? openFile(folder, [.readOnly, .directory]) else { return [] }
    return (try? directory.lent.entryNames()) ?? []
  }
}
