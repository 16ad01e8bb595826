import ImageSpec
import Storage

/// Which images a listing or a prune is about: `--filter`, a text `key=value` or `key!=value` each.
///
/// All keys have to fit; of several `reference`s any may.
struct ImageFilter {
  private typealias Test = (Images.Image, ImageTree) throws -> Bool

  private var tests: [Test] = []
  private var wanted: [String] = []
  private var unwanted: [String] = []
  private var choices: [String: String] = [:]
  private let service: Images

  init(_ texts: [String], _ service: Images) throws {
    self.service = service
    for text in texts { try add(text) }
  }

  func fits(_ image: Images.Image, _ tree: ImageTree) throws -> Bool {
    for test in tests {
      guard try test(image, tree) else { return false }
    }
    if unwanted.contains(where: { Self.matches(image, $0, service) }) { return false }
    return wanted.isEmpty || wanted.contains { Self.matches(image, $0, service) }
  }

  private mutating func add(_ text: String) throws {
    guard let equals = text.firstIndex(of: "=") else {
      throw Self.malformed(text)
    }
    var key = String(text[..<equals])
    let value = String(text[text.index(after: equals)...])
    let isNegated = key.hasSuffix("!")
    if isNegated { key.removeLast() }
    if key == "reference" {
      if isNegated { unwanted.append(value) } else { wanted.append(value) }
      return
    }
    let test = try self.test(key, value, text)
    tests.append(isNegated ? { try !test($0, $1) } : test)
  }

  private static func malformed(_ text: String) -> EngineError {
    EngineError.failed(
      "invalid image filter \"\(text)\"",
      reason: "must be in the format \"filter=value or filter!=value\"; there are after, before, "
        + "containers, dangling, digest, id, intermediate, label, manifest, readonly, reference, since, until"
    )
  }

  private mutating func test(_ key: String, _ value: String, _ text: String) throws -> Test {
    switch key {
    case "id": return { image, _ in image.id.hasPrefix(value) }
    case "digest": return { image, _ in image.stored.digests.contains { $0.hasPrefix(value) } }
    case "label": return { image, _ in Self.hasLabel(image.labels ?? [:], value) }
    case "after", "since":
      let moment = try created(key, value)
      return { image, _ in image.created > moment }
    case "before":
      let moment = try created(key, value)
      return { image, _ in image.created < moment }
    case "until":
      guard let moment = TimeText.moment(value, now: TimeText.now()) else {
        throw EngineError.invalid(
          option: "until", value: value,
          reason: "it is neither a time, nor seconds since 1970, nor a length of time")
      }
      return { image, _ in image.created < moment }
    case "dangling":
      let wanted = try boolean(key, value)
      return { image, tree in tree.isDangling(image) == wanted }
    case "intermediate":
      let wanted = try boolean(key, value)
      return { image, tree in tree.isIntermediate(image) == wanted }
    case "readonly":
      let wanted = try boolean(key, value)
      return { image, _ in image.stored.isReadOnly == wanted }
    case "manifest":
      let wanted = try boolean(key, value)
      let service = service
      return { image, _ in try service.isManifestList(image.stored) == wanted }
    case "containers": return try containerTest(value)
    default: throw Self.malformed(key)
    }
  }

  /// `true`, `false`, or `external` for images of which each container is another engine's.
  private func containerTest(_ value: String) throws -> Test {
    let users = try service.containersOfImages()
    switch value {
    case "true": return { image, _ in !(users[image.id] ?? []).isEmpty }
    case "false": return { image, _ in (users[image.id] ?? []).isEmpty }
    case "external":
      let service = service
      return { image, _ in
        (users[image.id] ?? []).allSatisfy { !service.isOurs(container: $0) }
      }
    default:
      throw EngineError.failed(
        "unsupported value \"\(value)\" for containers filter", reason: "true, false, external")
    }
  }

  private func created(_ key: String, _ name: String) throws -> Int64 {
    guard let match = try service.findIfPresent(name) else {
      throw EngineError.failed(
        "could not find local image for filter \"\(key)\"=\"\(name)\"",
        reason: "\(EngineError.noSuch(.image, name))")
    }
    return try service.image(match.image).created
  }

  private mutating func boolean(_ key: String, _ value: String) throws -> Bool {
    if let other = choices[key], other != value {
      throw EngineError.failed(
        "specifying \"\(key)\" filter more than once with different values is not supported",
        reason: "\(other), \(value)")
    }
    choices[key] = value
    switch value {
    case "1", "t", "T", "true", "TRUE", "True": return true
    case "0", "f", "F", "false", "FALSE", "False": return false
    default:
      throw EngineError.failed(
        "non-boolean value \"\(value)\" for \(key) filter",
        reason: "strconv.ParseBool: parsing \"\(value)\": invalid syntax")
    }
  }

  private static func hasLabel(_ labels: [String: String], _ wish: String) -> Bool {
    guard let equals = wish.firstIndex(of: "=") else { return labels[wish] != nil }
    return labels[String(wish[..<equals])] == String(wish[wish.index(after: equals)...])
  }

  /// Whether a reference, or a pattern of one, means the image.
  private static func matches(_ image: Images.Image, _ pattern: String, _ service: Images) -> Bool {
    if let match = try? service.findIfPresent(pattern), match.image.id == image.id { return true }
    return image.names.contains { name in
      guard let reference = try? ImageReference(parsing: name) else { return false }
      return candidates(reference).contains { ReferencePattern.matches(pattern, $0) }
    }
  }

  /// The texts that a pattern is held against: with and without registry and folders, with and without tag.
  private static func candidates(_ reference: ImageReference) -> [String] {
    let full = reference.name
    let parts = full.split(separator: "/")
    var texts: [String] = []
    for start in parts.indices {
      let name = parts[start...].joined(separator: "/")
      texts.append(name)
      if let tag = reference.tag { texts.append("\(name):\(tag)") }
    }
    return texts
  }
}

/// Patterns for names of images: `*`, `?` and `[…]`, none of which matches a slash.
enum ReferencePattern {
  static func matches(_ pattern: String, _ name: String) -> Bool {
    let patterns = pattern.split(separator: "/", omittingEmptySubsequences: false)
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return patterns.count == parts.count
      && zip(patterns, parts).allSatisfy { FilePattern.matches(String($0), String($1)) }
  }
}
