import ImageSpec
import Storage

extension Images {
  /// One step in which an image was built.
  public struct Step {
    /// The image that ended with this step; nil where it is not in the store.
    public var image: String?
    /// That image's names.
    public var names: [String]
    /// RFC 3339.
    public var created: String?
    public var createdBy: String
    public var comment: String
    /// Bytes of its layer.
    public var size: Int64
  }

  /// How an image came to be, its last step first.
  public func history(_ name: String) throws -> [Step] {
    let tree = try ImageTree(self)
    let image = try image(try find(name).image)
    guard let configuration = image.configuration else {
      throw EngineError.failed(
        name, reason: "it is a list of images, or damaged: it has no history")
    }
    var layers = tree.chain(image)[...]
    var seen: Set<String> = []
    var steps: [Step] = []
    for entry in (configuration.history ?? []).reversed() {
      var step = Step(
        image: nil, names: [], created: entry.created, createdBy: entry.createdBy ?? "",
        comment: entry.comment ?? "", size: 0)
      let own = layers.first.map { tree.images(onLayer: $0.id) } ?? []
      // An image ends with one step, however many of those before it have no layer of their own.
      if let first = own.first, seen.insert(first.id).inserted { step.image = first.id }
      step.names = own.flatMap(\.names)
      if !(entry.emptyLayer ?? false) { step.size = layers.popFirst()?.contents?.diffSize ?? 0 }
      steps.append(step)
    }
    return steps
  }
}
