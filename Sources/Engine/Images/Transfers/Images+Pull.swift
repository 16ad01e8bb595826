import EngineConfig
public import HelperProtocols
import ImageSpec
import Storage

extension Images {
  /// When an image is pulled.
  public enum PullPolicy: String, CaseIterable, Sendable {
    case always, missing, never
    /// Where the registry has another one than the store.
    case newer
    /// Another name for `missing`, of Kubernetes.
    case ifNotPresent = "ifnotpresent"
  }

  /// Sees that an image is in the store, and says which one it is: what `run` and `create` do first.
  ///
  /// - Parameters:
  ///   - name: as people type it.
  ///   - policy: when it is pulled.
  public func ensure(
    _ name: String, policy: PullPolicy, _ options: TransferOptions
  ) throws -> Match {
    let local = hasTransport(name) ? nil : try findIfPresent(name)
    let fits = try local.map { try isFor(options.choice, $0.image) } ?? false
    switch policy {
    case .never:
      guard let local, fits else { throw EngineError.noSuch(.image, name) }
      return local
    case .missing, .ifNotPresent:
      if let local, fits { return local }
    case .always: break
    case .newer:
      if let local, fits {
        do { if try isSame(local, as: name, options) { return local } } catch is TransferFailure {
          return local
        }
      }
    }
    guard let pulled = try pull(name, local: local, options).first else {
      throw EngineError.noSuch(.image, name)
    }
    return try find(pulled.id)
  }

  /// The same as a container's request says it.
  func ensure(_ name: String, _ source: ContainerRequest.ImageSource) throws -> Match {
    try ensure(
      name, policy: try policy(source.pullPolicy), try TransferOptions(source, engine))
  }

  /// Pulls an image, or all of an archive.
  ///
  /// - Parameter allTags: every tag of the repository.
  public func pull(
    _ name: String, policy: PullPolicy, allTags: Bool, _ options: TransferOptions
  ) throws -> [TransferredImage] {
    if allTags { return try pullAllTags(name, options) }
    if policy == .always {
      return try pull(name, local: hasTransport(name) ? nil : try findIfPresent(name), options)
    }
    let match = try ensure(name, policy: policy, options)
    return [
      TransferredImage(
        id: match.image.id, digest: match.image.digest ?? "", names: match.image.names)
    ]
  }

  /// The policy of containers.conf.
  public func policy(_ text: String?) throws -> PullPolicy {
    let text = text ?? engine.configuration.containersConf.engine.pullPolicy
    guard let policy = PullPolicy(rawValue: text.lowercased()) else {
      throw EngineError.invalid(
        option: "pull policy", value: text,
        reason: "it can be always, missing, never or newer")
    }
    return policy
  }

  private func hasTransport(_ name: String) -> Bool {
    [
      "docker://", "docker-archive:", "docker-daemon:", "dir:", "oci:", "oci-archive:",
      "containers-storage:",
    ].contains { name.hasPrefix($0) }
  }

  private func isFor(_ choice: ImageChoice, _ image: StoredImage) throws -> Bool {
    guard choice.os != nil || choice.architecture != nil || choice.variant != nil else {
      return true
    }
    let own = try configuration(of: image).platform
    var wanted = Platform.host
    if let os = choice.os { wanted.os = os }
    if let architecture = choice.architecture {
      (wanted.architecture, wanted.variant) = (architecture, nil)
      wanted.normalize()
    }
    if let variant = choice.variant { wanted.variant = variant }
    return wanted.preference(for: own) != nil
  }

  func configuration(of image: StoredImage) throws -> ImageConfiguration {
    try ImageConfiguration(
      parsing: try engine.store.data("sha256:\(image.id)", ofImage: image.id))
  }

  // MARK: One name

  private func pull(
    _ name: String, local: Match?, _ options: TransferOptions
  ) throws -> [TransferredImage] {
    let name = try withTransport(name)
    if hasTransport(name), !name.hasPrefix("docker://") {
      return try pullPlace(name, options)
    }
    let text = name.hasPrefix("docker://") ? String(name.dropFirst(9)) : name
    let resolution = try resolve(text, local: local, options)
    var candidates = resolution.candidates
    var learnt: LearntAliases?
    if resolution.needsChoice, let choose = options.choose {
      guard let index = choose(text, candidates.map(\.description)),
        candidates.indices.contains(index)
      else { throw EngineError.nothingToDo("no name was chosen for \(text)") }
      candidates = [candidates[index]]
      learnt = aliases
    }
    var failures: [TransferFailure] = []
    for candidate in candidates {
      do {
        let image = try pullReference(candidate, options)
        try? learnt?.learn(String(text.prefix { $0 != ":" && $0 != "@" }), as: candidate.name)
        return [image]
      } catch let failure as TransferFailure { failures.append(failure) }
    }
    guard failures.count != 1, let first = failures.first else {
      throw failures.first ?? TransferFailure(.noSuchImage, name)
    }
    var failure = TransferFailure(first.cause, name)
    failure.attempts = failures
    throw failure
  }

  private func pullReference(
    _ reference: ImageReference, _ options: TransferOptions
  ) throws -> TransferredImage {
    var request = try self.request(.copy, options)
    request.source = "docker://\(reference)"
    request.destination = "containers-storage:"
    // A name by digest stays one: it gives no tag.
    request.names = [reference.description]
    do {
      let result = try TransferProcess.run(
        request, engine.configuration, report: options.report)
      guard let image = result.images.first else { throw TransferFailure(.ended) }
      engine.events.emit(.image(.pull, id: image.id, name: reference.description))
      return image
    } catch {
      engine.events.emit(
        .image(.pullError, id: "", name: reference.description, error: "\(error)"))
      throw error
    }
  }

  /// Pulls what a place of this machine holds.
  private func pullPlace(
    _ name: String, _ options: TransferOptions
  ) throws -> [TransferredImage] {
    var request = try self.request(.load, options)
    request.source = name
    let images = try TransferProcess.run(request, engine.configuration, report: options.report)
      .images
    for image in images { engine.events.emit(.image(.pull, id: image.id, name: name)) }
    return images
  }

  private func pullAllTags(
    _ name: String, _ options: TransferOptions
  ) throws -> [TransferredImage] {
    let text = name.hasPrefix("docker://") ? String(name.dropFirst(9)) : name
    guard let first = try resolve(text, local: nil, options).candidates.first else {
      throw EngineError.noSuch(.image, name)
    }
    var request = try self.request(.tags, options)
    request.source = first.name
    let tags = try TransferProcess.run(request, engine.configuration, report: options.report).words
    return try tags.map { try pullReference(try first.untagged.tagged($0), options) }
  }

  // MARK: Names

  /// The registries' configuration of this process.
  func registriesConf() throws -> RegistriesConf {
    try RegistriesConf(
      reading: RegistriesConf.files(
        environment: engine.configuration.environment, uid: engine.configuration.user.uid))
  }

  private var aliases: LearntAliases {
    LearntAliases(
      file: LearntAliases.path(
        environment: engine.configuration.environment, uid: engine.configuration.user.uid))
  }

  /// What a name can mean. What the store knows a short name as comes before all else.
  private func resolve(
    _ text: String, local: Match?, _ options: TransferOptions
  ) throws -> NameResolution {
    if let name = local?.name, let reference = try? ImageReference(parsing: name),
      (try? ImageReference.isShort(text)) == true, reference.registry != "localhost"
    {
      return NameResolution(origin: .full, candidates: [reference.tagged])
    }
    do {
      return try registriesConf().resolve(
        text, learnt: aliases, hasTerminal: options.choose != nil)
    } catch let error as ShortNameError {
      throw EngineError.failed("pulling \(text)", reason: "\(error)")
    }
  }

  /// Whether the registry has the image that the store has.
  private func isSame(
    _ local: Match, as name: String, _ options: TransferOptions
  ) throws -> Bool {
    guard let reference = try resolve(name, local: local, options).candidates.first else {
      return true
    }
    var request = try self.request(.inspect, options)
    request.source = "docker://\(reference)"
    let result = try TransferProcess.run(request, engine.configuration, report: options.report)
    guard let digest = result.images.first?.digest else { return false }
    return local.image.digests.contains(digest)
  }

  /// A request with what all have.
  func request(
    _ operation: TransferRequest.Operation, _ options: TransferOptions
  ) throws -> TransferRequest {
    var request = TransferRequest(operation)
    request.store = StorePlace(engine.configuration.storeOptions)
    request.access = options.access
    request.access.uid = engine.configuration.user.uid
    let settings = engine.configuration.containersConf.engine
    if request.access.retries == nil { request.access.retries = Int(clamping: settings.retries) }
    if request.access.retryDelay == nil, let delay = settings.retryDelay, !delay.isEmpty {
      try request.access.set(retryDelay: delay)
    }
    request.images = options.choice
    request.writing = options.writing
    if settings.parallelCopies > 0 {
      request.writing.parallelCopies = Int(clamping: settings.parallelCopies)
    }
    guard operation == .copy else { return request }
    if request.writing.format == nil, let format = settings.imageFormat, !format.isEmpty {
      guard let known = ["oci": "oci", "v2s2": "docker", "docker": "docker"][format] else {
        throw EngineError.invalid(
          option: "image_default_format of containers.conf", value: format,
          reason: "it can be oci or v2s2")
      }
      request.writing.format = known
    }
    if request.writing.compression == nil, let format = settings.compressionFormat, !format.isEmpty
    {
      guard ["gzip", "zstd", "zstd:chunked"].contains(format) else {
        throw EngineError.invalid(
          option: "compression_format of containers.conf", value: format,
          reason: "it can be gzip, zstd or zstd:chunked")
      }
      request.writing.compression = format
    }
    if request.writing.compressionLevel == nil {
      request.writing.compressionLevel = settings.compressionLevel
    }
    return request
  }

  /// A name with a transport in front: containers.conf's `image_default_transport` where it has none, which is
  /// left out where that is a registry's.
  func withTransport(_ name: String) throws -> String {
    let usual = engine.configuration.containersConf.engine.imageTransport
    if hasTransport(name) || usual.isEmpty || usual == "docker://" { return name }
    guard hasTransport(usual) else {
      throw EngineError.invalid(
        option: "image_default_transport of containers.conf", value: usual,
        reason: "it is no transport for images, as docker:// or oci: is")
    }
    return usual + name
  }
}
