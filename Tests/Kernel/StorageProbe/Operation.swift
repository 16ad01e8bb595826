import Archive
import LinuxSystem
import Storage

enum ProbeError: Error { case usage, otherFailed }

/// What the probe does to a store.
struct Operation {
  let store: Store

  func run(_ name: String, _ words: [String]) throws {
    switch (name, words.count) {
    case ("images", 0):
      for image in try store.images().items {
        say("\(image.id) \(image.names.joined(separator: " "))")
      }
      for record in try store.images().damaged {
        say("damaged \(record.id ?? "-") \(record.reason)")
      }
    case ("layers", 0):
      for layer in try store.layers().items { say("\(layer.id) \(layer.parent ?? "-")") }
    case ("containers", 0):
      for container in try store.containers().items {
        say("\(container.id) \(container.names.joined(separator: " "))")
      }
    case ("make-image", 2...): try makeImage(words[0], layers: Array(words.dropFirst()))
    case ("remove-image", 1): try store.deleteImage(try image(words[0]).id)
    case ("tag", 2): try store.addNames([words[1]], toImage: try image(words[0]).id)
    case ("create", 2), ("create", 3):
      var options = ContainerOptions(names: [words[1]], image: try image(words[0]).id)
      options.isVolatile = words.last == "volatile"
      say(try store.createContainer(options).id)
    case ("create-mapped", 3):
      let base = UInt32(words[2]) ?? 0
      let map = [IDMap(containerID: 0, hostID: base, size: 65536)]
      say(
        try store.createContainer(
          ContainerOptions(
            names: [words[1]], image: try image(words[0]).id,
            mappings: IDMappings(users: map, groups: map))
        ).id)
    case ("mount", 1): say(try store.mount(container: try container(words[0]).id))
    case ("unmount", 1): say("\(try store.unmount(container: try container(words[0]).id))")
    case ("delete", 1): try store.deleteContainer(try container(words[0]).id)
    case ("run", 2): try rounds(words[0], Int(words[1]) ?? 1)
    case ("both", 2): try inTwoProcesses { try rounds(words[0], Int(words[1]) ?? 1) }
    case ("lookup", 2): for _ in 0..<(Int(words[1]) ?? 1) { _ = try store.image(words[0]) }
    default: throw ProbeError.usage
    }
  }

  private func image(_ name: String) throws -> StoredImage {
    guard let image = try store.image(name) else { throw StorageError.noSuchImage(name) }
    return image
  }

  private func container(_ name: String) throws -> StoredContainer {
    guard let container = try store.container(name) else {
      throw StorageError.noSuchContainer(name)
    }
    return container
  }

  private func inTwoProcesses(_ body: () throws -> Void) throws {
    switch try Clone.clone() {
    case .child:
      do { try body() } catch { CurrentProcess.exit(1) }
      CurrentProcess.exit(0)
    case .parent(let child):
      try body()
      guard try child.wait() == .exited(0) else { throw ProbeError.otherFailed }
    }
  }

  /// The life of a container that is run and removed, so many times.
  private func rounds(_ name: String, _ count: Int) throws {
    let image = try image(name)
    let start = MonotonicClock.milliseconds()
    for _ in 0..<count {
      var options = ContainerOptions(image: image.id)
      options.isVolatile = true
      let container = try store.createContainer(options)
      _ = try store.mount(container: container.id)
      try store.unmount(container: container.id)
      try store.deleteContainer(container.id)
    }
    say("\(Double(MonotonicClock.milliseconds() - start) / Double(max(1, count))) ms a round")
  }

  /// An image of layers with one file each, whose name and content are the layer's word.
  private func makeImage(_ name: String, layers words: [String]) throws {
    var commits: [LayerCommit] = []
    var parent: String?
    for word in words {
      let staged = try store.stageLayer(parent: parent)
      let file = try openFile("\(staged.folder)/\(word)", [.writeOnly, .create], mode: 0o644)
      try file.lent.writeAll(word)
      let split = try openFile(staged.tarSplitPath, [.writeOnly, .create], mode: 0o600)
      try split.lent.writeAll("not tar-split data")
      let diff = SHA256.value(of: Array(word.utf8)).description
      let id = Store.layerID(parent: parent, diffDigest: diff)
      let contents = LayerContents(
        compressedDigest: diff, compressedSize: Int64(word.utf8.count), compression: .none,
        diffDigest: diff, diffSize: Int64(word.utf8.count), users: [0], groups: [0])
      let commit = LayerCommit(staged: staged, id: id, parent: parent, contents: contents)
      if store.stagesIndependently { commits.append(commit) } else { try store.commit([commit]) }
      parent = id
    }
    try store.commit(commits)
    try makeImage(name, top: parent, words)
  }

  private func makeImage(_ name: String, top: String?, _ words: [String]) throws {
    let digests = words.map { "\"\(SHA256.value(of: Array($0.utf8)))\"" }.joined(separator: ",")
    let configuration = Array(
      """
      {"architecture":"amd64","os":"linux","created":"2026-01-02T03:04:05Z","config":{"Cmd":["/\(name)"]},\
      "rootfs":{"type":"layers","diff_ids":[\(digests)]}}
      """.utf8)
    let id = SHA256.value(of: configuration).hex
    let layers = words.map {
      """
      {"mediaType":"application/vnd.oci.image.layer.v1.tar",\
      "digest":"\(SHA256.value(of: Array($0.utf8)))","size":\($0.utf8.count)}
      """
    }
    let manifest = Array(
      """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{\
      "mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:\(id)","size":\(configuration.count)},\
      "layers":[\(layers.joined(separator: ","))]}
      """.utf8)
    let digest = SHA256.value(of: manifest).description
    try store.createImage(
      NewImage(
        id: id, names: [name], digest: digest, topLayer: top,
        metadata: "{\"signatures-sizes\":{\"\(digest)\":[]}}",
        data: [
          ("sha256:\(id)", configuration), ("manifest-\(digest)", manifest), ("manifest", manifest),
        ]))
    say(id)
  }
}
