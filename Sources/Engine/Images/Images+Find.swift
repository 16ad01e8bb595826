import ImageSpec
public import Storage

extension Images {
  /// What a name on the command line means.
  public struct Match {
    public var image: StoredImage
    /// The image's own name that was meant; nil where it was asked for by id or digest.
    public var name: String?
  }

  /// The image with this name, id, beginning of an id, or digest.
  ///
  /// A name without a registry is looked for below `localhost`, then on `docker.io`, then on any registry;
  /// one without a tag means `latest`.
  ///
  /// - Throws: `EngineError.noSuch`, `.ambiguous`.
  public func find(_ text: String) throws -> Match {
    guard let match = try findIfPresent(text) else { throw EngineError.noSuch(.image, text) }
    return match
  }

  /// The same; nil where there is none.
  public func findIfPresent(_ text: String) throws -> Match? {
    if let match = try recorded(text) { return match }
    let all = try engine.store.images().items
    if text.hasPrefix("sha256:") {
      let digits = String(text.dropFirst(7))
      if let image = try withID(digits, among: all, asked: text) { return Match(image: image) }
      return all.first { $0.digests.contains(text) }.map { Match(image: $0) }
    }
    // A whole id, then names, then the beginning of an id: a name may look like one.
    if text.utf8.count == 64, let image = all.first(where: { $0.id == text }) {
      return Match(image: image)
    }
    if let match = named(text, among: all) { return match }
    return try withID(text, among: all, asked: text).map { Match(image: $0) }
  }

  /// What is found by a whole id or a whole name without looking at any other image, which is how
  /// containers are made.
  private func recorded(_ text: String) throws -> Match? {
    if text.utf8.count == 64, let image = try? engine.store.image(text), image.id == text {
      return Match(image: image)
    }
    guard let isShort = try? ImageReference.isShort(text) else { return nil }
    let wanted =
      isShort
      ? ["localhost", "docker.io"].map { try? ImageReference(short: text, registry: $0) }
      : [try? ImageReference(parsing: text)]
    for case let reference? in wanted where reference.digest == nil {
      let name = reference.tagged.description
      if let image = try engine.store.image(named: name) { return Match(image: image, name: name) }
    }
    return nil
  }

  private func withID(
    _ digits: String, among images: [StoredImage], asked text: String
  ) throws -> StoredImage? {
    let isID =
      !digits.isEmpty
      && digits.utf8.allSatisfy {
        (48...57).contains($0) || (97...102).contains($0)
      }
    guard isID else { return nil }
    let matches = images.filter { $0.id.hasPrefix(digits) }
    guard matches.count < 2 else {
      throw EngineError.ambiguous(.image, text, matches: matches.map { String($0.id.prefix(12)) })
    }
    return matches.first
  }

  private func named(_ text: String, among images: [StoredImage]) -> Match? {
    guard let isShort = try? ImageReference.isShort(text) else { return nil }
    guard isShort else {
      guard let reference = try? ImageReference(parsing: text) else { return nil }
      return match(reference, among: images)
    }
    for registry in ["localhost", "docker.io"] {
      if let reference = try? ImageReference(short: text, registry: registry),
        let match = match(reference, among: images)
      {
        return match
      }
    }
    // Any registry, any folder there.
    guard let wanted = try? ImageReference(short: text, registry: "localhost").tagged else {
      return nil
    }
    for image in images {
      for name in image.names {
        guard let reference = try? ImageReference(parsing: name),
          reference.repository == wanted.repository
            || reference.repository.hasSuffix("/" + wanted.repository)
        else { continue }
        if fits(wanted, reference, image) { return Match(image: image, name: name) }
      }
    }
    return nil
  }

  private func match(_ wanted: ImageReference, among images: [StoredImage]) -> Match? {
    let wanted = wanted.tagged
    for image in images {
      for name in image.names {
        guard let reference = try? ImageReference(parsing: name), reference.name == wanted.name,
          fits(wanted, reference, image)
        else { continue }
        return Match(image: image, name: wanted.digest == nil ? name : nil)
      }
    }
    return nil
  }

  /// Whether tag and digest are those that were asked for.
  private func fits(
    _ wanted: ImageReference, _ reference: ImageReference, _ image: StoredImage
  ) -> Bool {
    if let digest = wanted.digest { return image.digests.contains(digest.description) }
    return reference.tagged.tag == wanted.tag
  }

  /// A name as it is given to an image: below `localhost` where it says no registry, tagged `latest` where
  /// it says no tag.
  func newName(_ text: String) throws -> String {
    do {
      let reference =
        try ImageReference.isShort(text)
        ? ImageReference(short: text, registry: "localhost") : ImageReference(parsing: text)
      guard reference.digest == nil else {
        throw EngineError.invalid(
          option: "name", value: text, reason: "a name with a digest cannot be given to an image")
      }
      return reference.tagged.description
    } catch let error as ImageReferenceError {
      throw EngineError.failed("invalid name \"\(text)\"", reason: "\(error)")
    }
  }
}
