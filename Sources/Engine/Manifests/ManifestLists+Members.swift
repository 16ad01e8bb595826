import HelperProtocols
import ImageSpec
import JSON
import Storage

/// What is said of a member of a list.
public struct ManifestNote: Sendable {
  public var os: String?
  public var architecture: String?
  public var variant: String?
  public var osVersion: String?
  public var osFeatures: [String] = []
  /// `features` of Docker's lists.
  public var features: [String] = []
  public var annotations: [String: String] = [:]

  public init() {}

  func apply(to entry: inout Descriptor) {
    var platform = entry.platform ?? Platform(os: "", architecture: "")
    if let os { platform.os = os }
    if let architecture { platform.architecture = architecture }
    if let variant { platform.variant = variant }
    if let osVersion { platform.osVersion = osVersion }
    if !osFeatures.isEmpty { platform.osFeatures = osFeatures }
    if !features.isEmpty { platform.features = features }
    entry.platform = platform
    if !annotations.isEmpty {
      entry.annotations = (entry.annotations ?? [:]).merging(annotations) { $1 }
    }
  }
}

extension ManifestLists {
  /// Adds an image to a list, or, with `options.choice.all`, every image of another list.
  ///
  /// - Parameter source: an image of the store, or a place with or without its transport.
  /// - Returns: the list's id.
  @discardableResult
  public func add(
    _ source: String, to name: String, _ note: ManifestNote, _ options: TransferOptions
  ) throws -> String {
    let found = try members(of: source, options)
    return try change(name) { list in
      for (entry, place) in found {
        var entry = entry
        note.apply(to: &entry)
        list.index.manifests.removeAll { $0.digest == entry.digest }
        list.index.manifests.append(entry)
        list.places[entry.digest.description] = place
      }
    }
  }

  /// Says something of a member, which is named by its digest or as an image.
  @discardableResult
  public func annotate(_ member: String, in name: String, _ note: ManifestNote) throws -> String {
    let digest = try self.digest(of: member)
    return try change(name) { list in
      guard let place = list.index.manifests.firstIndex(where: { $0.digest == digest }) else {
        throw EngineError.failed(member, reason: "it is no member of \(name)")
      }
      note.apply(to: &list.index.manifests[place])
    }
  }

  /// Says something of the list itself.
  @discardableResult
  public func annotate(list name: String, _ annotations: [String: String]) throws -> String {
    try change(name) { $0.index.annotations = merged($0.index.annotations, annotations) }
  }

  /// Says which image a list is about: OCI image-spec, image-index.md, `subject`.
  ///
  /// - Parameter subject: an image or list of the store, or a place with or without its transport.
  @discardableResult
  public func setSubject(
    _ subject: String, of name: String, _ options: TransferOptions
  ) throws -> String {
    guard var entry = try members(of: subject, options).first?.entry else {
      throw EngineError.failed(subject, reason: "it is an empty list")
    }
    (entry.platform, entry.annotations) = (nil, nil)
    return try change(name) { $0.index.subject = entry }
  }

  /// Takes a member out of a list.
  @discardableResult
  public func remove(_ member: String, from name: String) throws -> String {
    let digest = try self.digest(of: member)
    return try change(name) { list in
      guard list.index.manifests.contains(where: { $0.digest == digest }) else {
        throw EngineError.failed(member, reason: "it is no member of \(name)")
      }
      list.index.manifests.removeAll { $0.digest == digest }
      list.places[digest.description] = nil
    }
  }

  /// Removes a list; its members stay.
  ///
  /// - Returns: its id.
  public func remove(list name: String) throws -> String {
    let image = try read(name).image
    try engine.store.deleteImage(image.id)
    engine.events.emit(.image(.remove, id: image.id, name: name))
    return image.id
  }

  private func digest(of member: String) throws -> Digest {
    if let digest = Digest(member) { return digest }
    guard let digest = try engine.images.find(member).image.digest.flatMap({ Digest($0) }) else {
      throw EngineError.failed(member, reason: "it has no digest")
    }
    return digest
  }

  // MARK: What is added

  private func members(
    of source: String, _ options: TransferOptions
  ) throws -> [(entry: Descriptor, place: String)] {
    if let match = try? engine.images.findIfPresent(source) { return try stored(match.image) }
    var request = try engine.images.request(.inspect, options)
    request.source = try place(source)
    let result = try TransferProcess.run(request, engine.configuration, report: options.report)
    let text = Array((result.manifest ?? "").utf8)
    guard let digest = result.images.first.flatMap({ Digest($0.digest) }) else {
      throw TransferFailure(.malformed, source)
    }
    switch try ManifestDocument(
      parsing: text, mediaType: result.mediaType.map { MediaType(rawValue: $0) })
    {
    case .image(let manifest):
      var entry = Descriptor(
        mediaType: manifest.mediaType, digest: digest, size: Int64(text.count))
      entry.platform = result.words.first.flatMap { Platform(parsing: $0) }
      return [(entry, request.source)]
    case .index(let index):
      if options.choice.all { return index.manifests.map { ($0, request.source) } }
      var wanted = Platform.host
      if let os = options.choice.os { wanted.os = os }
      if let architecture = options.choice.architecture {
        (wanted.architecture, wanted.variant) = (architecture, options.choice.variant)
      }
      guard let entry = index.manifest(for: wanted) else {
        throw TransferFailure(.noPlatform, source, detail: wanted.description)
      }
      return [(entry, request.source)]
    }
  }

  private func stored(_ image: StoredImage) throws -> [(entry: Descriptor, place: String)] {
    if image.data.contains(where: { $0.name == ManifestLists.placesFile }) {
      let other = try read(image.id)
      return other.index.manifests.map { ($0, other.places[$0.digest.description] ?? "") }
    }
    let text = try engine.store.data("manifest", ofImage: image.id)
    guard case .image(let manifest) = try ManifestDocument(parsing: text),
      let digest = image.data.first(where: { $0.name == "manifest" })?.digest.flatMap({ Digest($0) }
      )
        ?? image.digest.flatMap({ Digest($0) })
    else { throw EngineError.failed(image.id, reason: "its manifest cannot be understood") }
    var entry = Descriptor(mediaType: manifest.mediaType, digest: digest, size: Int64(text.count))
    let configuration = try ImageConfiguration(
      parsing: try engine.store.data("sha256:\(image.id)", ofImage: image.id))
    entry.platform = configuration.platform
    return [(entry, "containers-storage:@\(image.id)")]
  }
}
