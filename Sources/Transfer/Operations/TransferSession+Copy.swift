import EngineConfig
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

extension TransferSession {
  func copy() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    let source = try PlaceName(request.source)
    let target = try PlaceName(request.destination)
    try withSource(source) { source throws(TransferFailure) in
      result.images = [try copy(source, to: target)]
    }
    return result
  }

  private func copy(
    _ source: any ImageSource, to target: PlaceName
  ) throws(TransferFailure) -> TransferredImage {
    switch target {
    case .dockerArchive(let path, let name):
      let output: ArchiveOutput
      if let descriptor = request.output {
        output = try ArchiveOutput(descriptor: descriptor)
      } else {
        output = try ArchiveOutput(path: path)
      }
      return try copy(source, toArchive: output, name: name)
    case .layoutArchive(let path, let name):
      let output = try ArchiveOutput(path: path)
      do throws(TransferFailure) {
        let destination = LayoutArchiveDestination(self, output, imageName: name)
        return try ImageCopy(self, from: source, to: destination).run()
      } catch {
        output.abandon()
        throw error
      }
    case .daemon(let name):
      let file: SharedDescriptor
      do { file = try ArchiveFile.temporaryFile() } catch {
        throw TransferFailure(store: error, name)
      }
      let output = try ArchiveOutput(descriptor: file.lent.rawValue)
      let image = try copy(source, toArchive: output, name: name)
      try sendToDaemon(file, name)
      return image
    default:
      return try ImageCopy(self, from: source, to: try destination(target, source)).run()
    }
  }

  private func copy(
    _ source: any ImageSource, toArchive output: ArchiveOutput, name: String?
  ) throws(TransferFailure) -> TransferredImage {
    do throws(TransferFailure) {
      let destination = DockerArchiveDestination(self, output)
      var names = request.names
      if let name {
        do { names.append(try ImageReference(parsing: name).tagged.description) } catch {
          throw TransferFailure(.invalidName, name, detail: "\(error)")
        }
      }
      destination.names = names
      let image = try ImageCopy(self, from: source, to: destination).run()
      try destination.finish()
      return image
    } catch {
      output.abandon()
      throw error
    }
  }

  func inspect() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    try withSource(try PlaceName(request.source)) { source throws(TransferFailure) in
      let raw = try source.manifest(nil)
      result.manifest = String(decoding: raw.bytes, as: UTF8.self)
      let document = try raw.document(source.name)
      result.mediaType = document.mediaType.rawValue
      if case .image(let manifest) = document,
        manifest.configuration.mediaType.layerCompression == nil,
        let text = try? source.smallBlob(manifest.configuration),
        let configuration = try? ImageConfiguration(parsing: text)
      {
        result.words = [configuration.platform.description]
      }
      result.images = [TransferredImage(id: "", digest: raw.digest.description, names: [])]
    }
    return result
  }

  /// Opens a source and works with it. What a registry has is tried at its mirrors first, and at the next
  /// of them where one fails.
  func withSource(
    _ name: PlaceName, _ body: (any ImageSource) throws(TransferFailure) -> Void
  ) throws(TransferFailure) {
    guard case .registry(let reference) = name else { return try body(try source(name)) }
    let places: [PullSource]
    do { places = try registriesConf().pullSources(for: reference.tagged) } catch {
      if let failure = error as? TransferFailure { throw failure }
      switch error as? RegistryRefusal {
      case .blocked(_, let prefix)?:
        throw TransferFailure(.blocked, reference.description, host: prefix)
      case .rewritten(_, let text)?:
        throw TransferFailure(
          .configuration, reference.description, detail: "registries.conf makes \(text) of it")
      case nil: throw TransferFailure(.configuration, detail: "\(error)")
      }
    }
    var attempts: [TransferFailure] = []
    for place in places {
      if request.operation == .copy {
        var event = TransferEvent(.source)
        event.text = "docker://\(place.reference)"
        report(event)
      }
      do {
        return try body(
          try RegistrySource(
            self, name: reference.tagged, place: place.reference, isInsecure: place.isInsecure))
      } catch {
        attempts.append(error)
        // A verdict of this machine is the same at every place.
        if [.rejected, .badSignature, .signing, .diskFull, .store, .archive].contains(error.cause) {
          throw error
        }
      }
    }
    if attempts.count == 1 { throw attempts[0] }
    var failure = TransferFailure(.notFound, reference.description)
    failure.attempts = attempts
    throw failure
  }

  func source(_ name: PlaceName) throws(TransferFailure) -> any ImageSource {
    switch name {
    case .registry(let reference):
      return try RegistrySource(self, name: reference, place: reference, isInsecure: false)
    case .layout(let path, let name): return try LayoutSource(self, path: path, name: name)
    case .folder(let path): return try FolderSource(self, path: path)
    case .dockerArchive(let path, let name):
      return try DockerArchiveSource(self, try ArchiveFile(path: path), name: name)
    case .layoutArchive(let path, let name):
      return try LayoutArchiveSource(self, try ArchiveFile(path: path), name: name)
    case .store(let name):
      if let list = try StoredListSource(self, name) { return list }
      return try StoreSource(self, name)
    case .daemon(let name): return try daemonSource(name)
    }
  }

  private func destination(
    _ name: PlaceName, _ source: any ImageSource
  ) throws(TransferFailure) -> any ImageDestination {
    switch name {
    case .store(let name):
      var names = request.names
      if names.isEmpty, !name.isEmpty {
        do { names = [try ImageReference(parsing: name).tagged.description] } catch {
          throw TransferFailure(.invalidName, name, detail: "\(error)")
        }
      }
      return try StoreDestination(self, names: names)
    case .layout(let path, let name): return try LayoutDestination(self, path: path, name: name)
    case .folder(let path): return try FolderDestination(self, path: path)
    case .registry(let reference): return try registryDestination(reference, source)
    default:
      throw TransferFailure(
        .unsupported, request.destination, detail: "this transport as a destination")
    }
  }

  private func registryDestination(
    _ reference: ImageReference, _ source: any ImageSource
  ) throws(TransferFailure) -> any ImageDestination {
    let entry = try registriesConf().entry(for: reference.name)
    if let entry, entry.isBlocked {
      throw TransferFailure(.blocked, reference.description, host: entry.prefix)
    }
    var relatives: [String] = []
    var names = source.reference.map { [$0] } ?? []
    if let stored = source as? StoreSource { names += stored.names }
    for other in names where other.registry == reference.registry {
      if !relatives.contains(other.repository) { relatives.append(other.repository) }
    }
    return try RegistryDestination(
      self, reference, isInsecure: entry?.isInsecure ?? false, relatives: relatives)
  }
}
