import EngineConfig
import HelperProtocols
import ImageSpec

extension TransferSession {
  func copy() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    let source = try PlaceName(request.source)
    let target = try PlaceName(request.destination)
    try withSource(source) { source throws(TransferFailure) in
      let destination = try destination(target, source)
      result.images = [try ImageCopy(self, from: source, to: destination).run()]
    }
    return result
  }

  func inspect() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    try withSource(try PlaceName(request.source)) { source throws(TransferFailure) in
      let raw = try source.manifest(nil)
      result.manifest = String(decoding: raw.bytes, as: UTF8.self)
      result.mediaType = try raw.document(source.name).mediaType.rawValue
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
      var event = TransferEvent(.source)
      event.text = "docker://\(place.reference)"
      report(event)
      do {
        return try body(
          try RegistrySource(
            self, name: reference.tagged, place: place.reference, isInsecure: place.isInsecure))
      } catch {
        attempts.append(error)
        // A verdict of this machine is the same at every place.
        if [.rejected, .badSignature, .diskFull, .store, .archive].contains(error.cause) {
          throw error
        }
      }
    }
    if attempts.count == 1 { throw attempts[0] }
    var failure = TransferFailure(.notFound, reference.description)
    failure.attempts = attempts
    throw failure
  }

  private func source(_ name: PlaceName) throws(TransferFailure) -> any ImageSource {
    switch name {
    case .registry(let reference):
      return try RegistrySource(self, name: reference, place: reference, isInsecure: false)
    case .layout(let path, let name): return try LayoutSource(self, path: path, name: name)
    case .folder(let path): return try FolderSource(self, path: path)
    default:
      throw TransferFailure(.unsupported, request.source, detail: "this transport as a source")
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
    if let other = source.reference, other.registry == reference.registry {
      relatives.append(other.repository)
    }
    return try RegistryDestination(
      self, reference, isInsecure: entry?.isInsecure ?? false, relatives: relatives)
  }
}
