import Engine
import Foundation

/// An engine with folders of its own, which go with it.
final class TestEngine {
  let folder = NSTemporaryDirectory() + "engine-" + UUID().uuidString
  let engine: ContainerEngine

  /// - Parameter configuration: lines of containers.conf.
  init(_ configuration: String = "") throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let conf = folder + "/containers.conf"
    try configuration.write(toFile: conf, atomically: true, encoding: .utf8)
    var options = EngineOptions()
    options.root = folder + "/root"
    options.runRoot = folder + "/run"
    engine = ContainerEngine(
      try EngineConfiguration(
        options, environment: ["CONTAINERS_CONF": conf, "HOME": folder]))
  }

  deinit {
    // What is mounted goes first.
    for volume in (try? engine.volumes.all()) ?? [] { try? engine.volumes.remove(volume) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Whether a file below the folder is there.
  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(path)")
  }
}
