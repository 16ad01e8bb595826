public import ImageSpec
import Storage

extension Images {
  /// What a listing says of an image.
  public struct Summary {
    public var id: String
    /// The image that it was built on.
    public var parent: String?
    public var names: [String]
    public var nameHistory: [String]
    public var repositoryDigests: [String]
    public var digest: String?
    public var labels: [String: String]?
    /// Bytes on disk.
    public var size: Int64
    /// Nanoseconds since 1970.
    public var created: Int64
    /// How many containers stand on it, whichever engine made them.
    public var containers: Int
    public var isDangling: Bool
    public var isReadOnly: Bool
    public var platform: Platform?

    public init(
      id: String, parent: String? = nil, names: [String], nameHistory: [String],
      repositoryDigests: [String], digest: String? = nil, labels: [String: String]? = nil,
      size: Int64, created: Int64, containers: Int, isDangling: Bool, isReadOnly: Bool,
      platform: Platform? = nil
    ) {
      self.id = id
      self.parent = parent
      self.names = names
      self.nameHistory = nameHistory
      self.repositoryDigests = repositoryDigests
      self.digest = digest
      self.labels = labels
      self.size = size
      self.created = created
      self.containers = containers
      self.isDangling = isDangling
      self.isReadOnly = isReadOnly
      self.platform = platform
    }
  }

  /// The images that fit.
  ///
  /// - Parameters:
  ///   - filters: `key=value` each, see `ImageFilter`.
  ///   - all: also those without a name on which others were built.
  /// - Returns: the images, and what could not be read: it never hides the others.
  public func list(
    filters: [String] = [], all: Bool = false
  ) throws -> (images: [Summary], broken: [any Error]) {
    let filter = try ImageFilter(filters, self)
    let tree = try ImageTree(self)
    let users = try containersOfImages()
    let hidesIntermediate = !all && !filters.contains { $0.hasPrefix("intermediate") }
    var summaries: [Summary] = []
    for image in tree.images {
      if hidesIntermediate, tree.isIntermediate(image) { continue }
      guard try filter.fits(image, tree) else { continue }
      summaries.append(
        Summary(
          id: image.id, parent: tree.parent(of: image)?.id, names: image.names,
          nameHistory: image.stored.nameHistory, repositoryDigests: image.repositoryDigests,
          digest: image.stored.digest, labels: image.labels, size: tree.size(image),
          created: image.created, containers: users[image.id]?.count ?? 0,
          isDangling: tree.isDangling(image), isReadOnly: image.stored.isReadOnly,
          platform: image.configuration?.platform))
    }
    return (summaries, tree.broken)
  }

  /// The containers that stand on each image, by the image's id: ours and those of other engines.
  func containersOfImages() throws -> [String: [String]] {
    var users: [String: [String]] = [:]
    for container in try engine.store.containers().items {
      if let image = container.image { users[image, default: []].append(container.id) }
    }
    return users
  }

  /// Whether a container of the store is one of this engine's.
  func isOurs(container id: String) -> Bool { (try? engine.containers.find(id)) != nil }
}
