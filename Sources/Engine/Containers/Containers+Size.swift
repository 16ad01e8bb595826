import LinuxSystem
import Storage

extension Containers {
  /// The bytes that a container wrote, and those with its image's.
  public func size(of container: Container) throws -> (written: Int64, root: Int64) {
    if container.record.imageID.isEmpty { return (0, 0) }
    return try engine.store.size(ofContainer: container.id)
  }
}
