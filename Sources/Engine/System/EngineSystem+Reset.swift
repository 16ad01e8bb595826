import EngineConfig
import LinuxSystem
import Networking
import Storage
import SystemPackage

extension EngineSystem {
  /// Stops and removes everything: containers, images, volumes, networks, secrets, and the engine's own
  /// records. The engine cannot be used any more afterwards.
  ///
  /// - Returns: what could not be removed.
  public func reset() throws -> [any Error] {
    var errors: [any Error] = []
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { errors.append(error) }
    }
    for container in try engine.containers.all() {
      attempt {
        _ = try engine.containers.remove(
          container.id, .init(isForced: true, removesVolumes: true, timeout: 0))
      }
    }
    for volume in try engine.volumes.all() { attempt { try engine.volumes.remove(volume) } }
    let standard = engine.configuration.containersConf.network.defaultNetwork
    for network in try engine.networks.list().networks where network.name != standard {
      attempt { _ = try engine.networks.remove(network.name) }
    }
    for secret in try engine.secrets.all() {
      attempt { _ = try engine.secrets.remove(secret.record.id) }
    }
    attempt { try engine.store.removeEverything() }
    let folders = engine.configuration.folders
    for folder in [folders.lasting, folders.run, folders.volumes] {
      attempt { try Self.removeTree(folder) }
    }
    // Empty now, unless somebody keeps other things there.
    for folder in [folders.graphRoot, folders.runRoot] { try? removeDirectory(folder) }
    return errors
  }

  private static func removeTree(_ path: String) throws {
    guard let slash = path.lastIndex(of: "/"),
      let parent = try? openFile(String(path[..<slash]), [.path, .directory])
    else { return }
    try parent.lent.removeTree(String(path[path.index(after: slash)...]))
  }
}
