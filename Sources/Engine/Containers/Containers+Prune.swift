import LinuxSystem
import StateStore
import Storage

extension Containers {
  /// A container that was removed because it does not run.
  public struct Pruned: Sendable {
    public var id: String
    /// The bytes that it had written.
    public var size: UInt64
    public var error: (any Error)?
  }

  /// Whether a prune would remove a container: one that was never started or has ended.
  public func isPrunable(_ container: Container) -> Bool {
    switch current(container).state.status {
    case .created, .exited, .stopped: true
    default: false
    }
  }

  /// Removes those of the containers that do not run, with the volumes that were made for them.
  public func prune(_ containers: [Container]) -> [Pruned] {
    containers.filter(isPrunable).compactMap { container in
      let size = try? engine.store.size(ofContainer: container.id).written
      var pruned = Pruned(id: container.id, size: UInt64(clamping: size ?? 0))
      do {
        try remove(container.id, RemoveOptions(removesVolumes: true))
      } catch EngineError.noSuch {
        return nil
      } catch EngineError.wrongState {
        // Somebody has started it meanwhile.
        return nil
      } catch EngineError.inUse {
        return nil
      } catch {
        pruned.error = error
      }
      return pruned
    }
  }

  /// Removes what builds have left in the store: buildah's containers, which are not the engine's.
  public func pruneBuilds() throws -> [Pruned] {
    let ours = Set(try engine.state.records(kind: ObjectKind.container.rawValue).map(\.id))
    var removed: [Pruned] = []
    let store = try engine.store
    for stored in try store.containers().items where !ours.contains(stored.id) {
      let mark = store.userdataFolder(ofContainer: stored.id) + "/buildah.json"
      guard (try? openFile(mark, [.path])) != nil else { continue }
      let size = try? store.size(ofContainer: stored.id).written
      var pruned = Pruned(id: stored.id, size: UInt64(clamping: size ?? 0))
      do {
        if try store.mountCount(container: stored.id) > 0 {
          _ = try store.unmount(container: stored.id, force: true)
        }
        try store.deleteContainer(stored.id)
      } catch {
        pruned.error = error
      }
      removed.append(pruned)
    }
    return removed
  }
}
