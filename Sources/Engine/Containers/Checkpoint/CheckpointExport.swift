import Archive
import ImageSpec
import JSON
import LinuxSystem
import Storage
import SystemPackage

/// A file that is to hold a checkpoint: it appears under its name only when it is whole.
struct CheckpointTarget {
  let path: String
  private let temporary: String
  let file: SharedDescriptor

  init(_ path: String) throws(SystemError) {
    self.path = path
    temporary = path + ".partial-\(CurrentProcess.id)"
    file = SharedDescriptor(
      try openFile(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600))
  }

  func finish() throws(SystemError) { try renameFile(temporary, to: path) }
  func discard() { try? removeFile(temporary) }
}

/// Writes a saved state for another machine: an archive, or an image of one layer that holds the same.
struct CheckpointExport {
  let container: Containers.Container
  let options: Containers.CheckpointOptions
  let place: CheckpointFolder
  let engine: ContainerEngine

  private var record: ContainerRecord { container.record }

  func write(to target: CheckpointTarget) throws {
    do {
      let sink = try Compressor(
        options.compression, to: DescriptorSink(target.file.lent, subject: target.path))
      try pack(to: sink)
      try target.finish()
    } catch {
      target.discard()
      throw error
    }
  }

  private func pack(to sink: any ByteSink) throws {
    let names = try members()
    let folder = try place.open()
    let writer = TarWriter(to: sink)
    for name in names where folder.lent.contains(name) {
      try LayerPacker().pack(
        entry: Array(name.utf8), of: folder.lent, as: Array(name.utf8), to: writer)
    }
    try writer.finish()
  }

  /// The names of what goes into the archive; what is made for it alone is made here.
  private func members() throws -> [String] {
    var names = [
      CheckpointFolder.sharedMemory, CheckpointFolder.configuration,
      CheckpointFolder.specification, CheckpointFolder.network, CheckpointFolder.dumpStatistics,
    ]
    if record.log.driver.hasSuffix("-file"), record.log.path == nil {
      names.append(CheckpointFolder.log)
    }
    names.append(
      options.savesMemoryOnly ? CheckpointFolder.earlierImages : CheckpointFolder.images)
    if !options.ignoresRoot {
      try writeRootChanges()
      names += [CheckpointFolder.rootChanges, CheckpointFolder.deletedFiles]
    }
    if !options.ignoresVolumes {
      try writeVolumes()
      names.append(CheckpointFolder.volumes)
    }
    return names
  }

  /// What the container changed of its image: new files in an archive, what is gone in a list.
  private func writeRootChanges() throws {
    try place.remove([CheckpointFolder.rootChanges, CheckpointFolder.deletedFiles])
    let changes = try engine.containers.changes(of: container.id, [.container])
    let deleted = changes.filter { $0.kind == .deleted }.map(\.pathText)
    if !deleted.isEmpty {
      try place.write(CheckpointFolder.deletedFiles, try JSONWriter().write(deleted))
    }
    let written = changes.filter { $0.kind != .deleted }.map(\.path)
    guard !written.isEmpty else { return }
    let store = try engine.store
    let root = try store.mount(container: container.id)
    defer { _ = try? store.unmount(container: container.id) }
    let folder = try openFile(root, [.readOnly, .directory])
    let file = try openFile(
      place.path(of: CheckpointFolder.rootChanges), [.writeOnly, .create, .truncate, .noFollow],
      mode: 0o600)
    var packer = LayerPacker()
    packer.owners = OwnerMapping(record)
    try packer.pack(
      paths: written, of: folder.lent,
      to: DescriptorSink(file.lent, subject: CheckpointFolder.rootChanges))
  }

  private func writeVolumes() throws {
    let folder = place.path(of: CheckpointFolder.volumes)
    try place.remove([CheckpointFolder.volumes])
    try makeDirectories(folder, mode: 0o700)
    for mount in record.mounts where mount.kind == .volume {
      let file = try openFile(
        "\(folder)/\(mount.source).tar", [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
      try engine.volumes.export(mount.source, to: file.lent)
    }
  }

  // MARK: The image

  /// Makes an image whose only layer holds what the archive would.
  func makeImage(_ name: String) throws {
    let store = try engine.store
    let layer = try LayerIntake(store: store).layer(over: nil) { try pack(to: $0) }
    guard let contents = layer.contents, let digest = Digest(contents.diffDigest) else {
      throw EngineError.failed("checkpoint image", reason: "the layer has no digest")
    }
    var configuration = ImageConfiguration(platform: .host)
    let created = Timestamp.now().rfc3339
    var entry = ImageConfiguration.HistoryEntry()
    entry.created = created
    entry.createdBy = "podman container checkpoint"
    configuration.created = created
    configuration.history = [entry]
    configuration.rootfs = ImageConfiguration.RootFilesystem(diffIDs: [digest])
    try store.commit([layer])
    do {
      _ = try ImageAssembly(
        store: store, configuration: configuration, layers: [contents], topLayer: layer.id,
        names: [name], annotations: try annotations()
      ).create()
    } catch {
      try? store.deleteLayer(layer.id)
      throw error
    }
  }

  /// By which people see whether another machine can take the state up. Nothing here is ever acted upon.
  private func annotations() throws -> [String: String] {
    let info = try engine.system.info()
    let monitor = info.monitor.version
    let values = [
      "name": record.name, "rawImageName": record.imageName, "rootfsImageID": record.imageID,
      "rootfsImageName": record.imageName, "podman.version": EngineConfiguration.version,
      "criu.version": Self.criuVersion(), "runtime.name": info.runtime.name,
      "runtime.version": info.runtime.version, "conmon.version": monitor,
      "host.arch": Platform.host.architecture, "host.kernel": info.host.kernel,
      "cgroups.version": info.cgroupVersion,
      "distribution.version": info.host.distributionVersion,
      "distribution.name": info.host.distribution,
    ]
    return Dictionary(
      uniqueKeysWithValues: values.map {
        ("io.podman.annotations.checkpoint." + $0.key, $0.value)
      })
  }

  /// `31701` for 3.17.1, as podman writes it; empty where criu does not say.
  private static func criuVersion() -> String {
    let places = ["/usr/sbin/criu", "/usr/bin/criu", "/usr/local/sbin/criu", "/usr/local/bin/criu"]
    guard let result = try? ProgramOutput.run(places, ["criu", "--version"]), result.status == 0
    else { return "" }
    let words = String(decoding: result.output, as: UTF8.self).split { $0.isWhitespace }
    guard let version = words.first(where: { $0.first?.isNumber == true }) else { return "" }
    let numbers = version.split(separator: ".").prefix(3).compactMap { Int($0) }
    return String(
      numbers.enumerated().reduce(0) { sum, part in
        sum + part.element * [10_000, 100, 1][part.offset]
      })
  }
}
