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

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The contents of a file below the folder.
  func read(_ path: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(path)")
  }

  /// The last events, as `status name`.
  func events(_ filter: EventFilter = EventFilter()) throws -> [String] {
    var found: [String] = []
    try engine.events.read(filter, follows: false) { event in
      found.append("\(event.status.rawValue) \(event.name)")
      return true
    }
    return found
  }
}
