import LinuxSystem
import Storage

extension Containers {
  /// A container that only the store knows: buildah's, or another engine's.
  ///
  /// It has the fields that the store keeps, and its maker in place of a command.
  public func external() throws -> [Container] {
    let store = try engine.store
    let own = Set(try all().map(\.id))
    var names: [String: String] = [:]
    return try store.containers().items.filter { !own.contains($0.id) }.map { stored in
      let isBuildah =
        (try? openFile(store.userdataFolder(ofContainer: stored.id) + "/buildah.json", [.path]))
        != nil
      var record = ContainerRecord()
      record.id = stored.id
      record.name = stored.names.first ?? "unknown"
      record.created = TimeText.nanoseconds(stored.created) ?? 0
      record.process.command = [isBuildah ? "buildah" : "storage"]
      record.imageID = stored.image ?? ""
      if let image = stored.image {
        if names[image] == nil { names[image] = try store.image(image)?.names.first ?? "" }
        record.imageName = names[image] ?? ""
      } else if isBuildah {
        record.imageName = "scratch"
      }
      return Container(record: record, state: ContainerState())
    }
  }

  /// Writes down how a container is now, whatever was kept of it before.
  public func synchronize(_ nameOrID: String) throws {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard let kept = try container(id: found.id) else { return }
    let now = current(kept)
    if now.state != kept.state { try save(now.state, of: kept.id) }
    engine.events.emit(.container(.sync, kept.record))
  }
}
