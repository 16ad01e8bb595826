import Archive
import LinuxSystem
import RuntimeSpec
import Storage
public import SystemPackage

extension Containers {
  /// Writes all files of a container as a tar archive, without volumes and other mounts.
  public func export(_ nameOrID: String, to output: FileDescriptor) throws {
    let found = try find(nameOrID)
    var packer = LayerPacker()
    packer.owners = OwnerMapping(found.record)
    let sink = DescriptorSink(output, subject: "output", bufferSize: 1 << 18)
    if let rootfs = found.record.rootfs {
      let folder = try openFile(rootfs, [.readOnly, .directory])
      try packer.pack(.folder(folder.lent, overlay: nil), to: sink)
    } else {
      let store = try engine.store
      let root = try store.mount(container: found.id)
      do {
        let folder = try openFile(root, [.readOnly, .directory])
        try packer.pack(.folder(folder.lent, overlay: nil), to: sink)
      } catch {
        _ = try? store.unmount(container: found.id)
        throw error
      }
      try store.unmount(container: found.id)
    }
    engine.events.emit(.container(.export, found.record))
  }
}

extension OwnerMapping {
  /// That of a container's user namespace.
  init(_ record: ContainerRecord) {
    self.init(
      users: record.namespaces.uidMappings.map {
        Range(container: $0.containerID, host: $0.hostID, size: $0.size)
      },
      groups: record.namespaces.gidMappings.map {
        Range(container: $0.containerID, host: $0.hostID, size: $0.size)
      })
  }
}
