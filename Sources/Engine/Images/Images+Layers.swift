import Storage

extension Images {
  /// A layer in the tree of an image.
  public struct TreeLayer {
    public var id: String
    /// Bytes, unpacked.
    public var size: Int64
    /// The names of the images that end with it.
    public var names: [String]
    /// The layers on it, where the tree goes upwards.
    public var children: [TreeLayer]
  }

  /// The layers of an image.
  public struct LayerTree {
    public var id: String
    public var names: [String]
    public var size: Int64
    /// From the lowest to the topmost, without children; or the topmost alone with all on it.
    public var layers: [TreeLayer]
  }

  /// The layers that an image stands on, or those that stand on it.
  public func layerTree(_ name: String, upwards: Bool) throws -> LayerTree {
    let tree = try ImageTree(self)
    let image = try image(try find(name).image)
    let chain = tree.chain(image)
    let layers =
      upwards
      ? chain.prefix(1).map { Self.branch($0, tree, depth: 0) }
      : chain.reversed().map { Self.leaf($0, tree) }
    return LayerTree(id: image.id, names: image.names, size: tree.size(image), layers: layers)
  }

  private static func leaf(_ layer: StoredLayer, _ tree: ImageTree) -> TreeLayer {
    TreeLayer(
      id: layer.id, size: layer.contents?.diffSize ?? 0,
      names: tree.images(onLayer: layer.id).flatMap(\.names), children: [])
  }

  private static func branch(_ layer: StoredLayer, _ tree: ImageTree, depth: Int) -> TreeLayer {
    var branch = leaf(layer, tree)
    // A damaged store could have a circle; overlay ends at some 500 layers.
    guard depth < 600 else { return branch }
    branch.children = tree.children(ofLayer: layer.id).compactMap { tree.layers[$0] }.map {
      Self.branch($0, tree, depth: depth + 1)
    }
    return branch
  }
}
