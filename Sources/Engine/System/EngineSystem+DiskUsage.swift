import LinuxSystem
import Storage

/// What takes room on the disk.
public struct DiskUsage {
  public struct Image {
    public var id: String
    /// Normalised; one row of a listing each.
    public var names: [String]
    /// Nanoseconds since 1970.
    public var created: Int64
    public var size: Int64
    /// What other images have as well.
    public var sharedSize: Int64
    public var uniqueSize: Int64
    public var containers: Int
  }

  public struct Container {
    public var id: String
    public var name: String
    public var imageID: String
    public var command: [String]
    public var volumes: Int
    /// With its image.
    public var size: Int64
    /// What it wrote.
    public var writtenSize: Int64
    public var created: Int64
    public var status: String
  }

  public struct Volume {
    public var name: String
    /// How many containers use it.
    public var users: Int
    public var size: Int64
  }

  public var images: [Image] = []
  /// Each layer once.
  public var imagesSize: Int64 = 0
  public var containers: [Container] = []
  public var volumes: [Volume] = []
  /// What could not be read.
  public var broken: [any Error] = []
}

extension EngineSystem {
  /// What images, containers and volumes take on the disk, in blocks as du(1) counts them.
  public func diskUsage() throws -> DiskUsage {
    var usage = DiskUsage()
    let containers = try engine.containers.listing()
    usage.broken = containers.broken
    try addImages(&usage)
    for container in containers.containers.map(engine.containers.current) {
      try add(container, to: &usage)
    }
    let users = try engine.volumes.users()
    for volume in try engine.volumes.all() {
      let size = try TreeSize(of: volume.record.folder).allocated
      usage.volumes.append(
        .init(name: volume.name, users: users[volume.name]?.count ?? 0, size: size))
    }
    return usage
  }

  private func addImages(_ usage: inout DiskUsage) throws {
    let tree = try ImageTree(engine.images)
    usage.broken += tree.broken
    let users = try engine.images.containersOfImages()
    var sizes: [String: Int64] = [:]
    var owners: [String: Int] = [:]
    for image in tree.images {
      for layer in tree.chain(image) {
        owners[layer.id, default: 0] += 1
        if sizes[layer.id] == nil { sizes[layer.id] = try engine.store.diskUsage(of: layer) }
      }
    }
    for image in tree.images {
      let data = image.stored.data.reduce(Int64(0)) { $0 &+ ($1.size ?? 0) }
      var row = DiskUsage.Image(
        id: image.id, names: image.names, created: image.created, size: data, sharedSize: 0,
        uniqueSize: data, containers: users[image.id]?.count ?? 0)
      for layer in tree.chain(image) {
        let size = sizes[layer.id] ?? 0
        row.size &+= size
        if owners[layer.id] == 1 { row.uniqueSize &+= size } else { row.sharedSize &+= size }
      }
      usage.images.append(row)
      usage.imagesSize &+= data
    }
    usage.imagesSize = sizes.values.reduce(usage.imagesSize, &+)
  }

  private func add(_ container: Containers.Container, to usage: inout DiskUsage) throws {
    let record = container.record
    let sizes =
      record.rootfs == nil ? try? engine.store.diskUsage(ofContainer: container.id) : nil
    usage.containers.append(
      .init(
        id: container.id, name: container.name, imageID: record.imageID,
        command: record.process.command, volumes: record.mounts.count { $0.kind == .volume },
        size: sizes?.root ?? 0, writtenSize: sizes?.written ?? 0, created: record.created,
        status: container.state.status.rawValue))
  }
}
