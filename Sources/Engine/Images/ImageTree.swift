import ImageSpec
import Storage

/// All images and layers of a store at one moment, and how they stand on each other.
struct ImageTree {
  let images: [Images.Image]
  let layers: [String: StoredLayer]
  /// What could not be read.
  let broken: [any Error]
  /// The images whose top layer it is.
  private let standingOn: [String: [Int]]
  private let childLayers: [String: [String]]
  /// How many steps each image's history has: most candidates for a parent differ in that.
  private let stepCounts: [Int]
  /// Images that were removed since.
  private var gone: Set<String> = []

  init(_ service: Images) throws {
    let layers = try service.engine.store.layers()
    let listing = try service.engine.store.images()
    var broken: [any Error] = (layers.damaged + listing.damaged).map {
      EngineError.damaged(path: $0.path, reason: $0.reason)
    }
    var images: [Images.Image] = []
    for stored in listing.items {
      do {
        let image = try service.image(stored)
        images.append(image)
        if image.configuration == nil, try !service.isManifestList(stored) {
          let name = stored.names.first ?? String(stored.id.prefix(12))
          broken.append(
            EngineError.damaged(
              path: "the image \(name)",
              reason: "its configuration cannot be read; 'podman system check --repair' removes it")
          )
        }
      } catch { broken.append(error) }
    }
    self.images = images
    stepCounts = images.map(Self.stepCount)
    self.broken = broken
    self.layers = Dictionary(layers.items.map { ($0.id, $0) }) { first, _ in first }
    var standingOn: [String: [Int]] = [:]
    for (position, image) in images.enumerated() {
      standingOn[image.stored.topLayer ?? "", default: []].append(position)
    }
    self.standingOn = standingOn
    var childLayers: [String: [String]] = [:]
    for layer in layers.items {
      if let parent = layer.parent { childLayers[parent, default: []].append(layer.id) }
    }
    self.childLayers = childLayers
  }

  func images(onLayer id: String) -> [Images.Image] {
    (standingOn[id] ?? []).map { images[$0] }.filter { !gone.contains($0.id) }
  }

  /// The image of an id.
  func image(_ id: String) -> Images.Image? {
    gone.contains(id) ? nil : images.first { $0.id == id }
  }

  /// Takes note that an image was removed.
  mutating func forget(_ id: String) { gone.insert(id) }

  func children(ofLayer id: String) -> [String] { childLayers[id] ?? [] }

  /// The layers of an image, the topmost first.
  func chain(_ image: Images.Image) -> [StoredLayer] {
    var chain: [StoredLayer] = []
    var next = image.stored.topLayer
    while let id = next, let layer = layers[id], chain.count <= layers.count {
      chain.append(layer)
      next = layer.parent
    }
    return chain
  }

  /// The bytes of an image: its layers unpacked, and the files kept with it.
  func size(_ image: Images.Image) -> Int64 {
    let layers = chain(image).reduce(Int64(0)) { $0 &+ ($1.contents?.diffSize ?? 0) }
    return image.stored.data.reduce(layers) { $0 &+ ($1.size ?? 0) }
  }

  /// The image that another was built on: with one step less in its history.
  func parent(of child: Images.Image) -> Images.Image? {
    let steps = Self.stepCount(child) - 1
    return candidates(child, below: true, steps: steps).first { isParent($0, of: child) }
  }

  /// Whether an image was built on this one.
  func hasChildren(_ image: Images.Image) -> Bool {
    let steps = Self.stepCount(image) + 1
    return candidates(image, below: false, steps: steps).contains { isParent(image, of: $0) }
  }

  /// Whether nothing names it and nothing was built on it.
  func isDangling(_ image: Images.Image) -> Bool { image.names.isEmpty && !hasChildren(image) }

  /// Whether nothing names it but something was built on it.
  func isIntermediate(_ image: Images.Image) -> Bool { image.names.isEmpty && hasChildren(image) }

  private static func stepCount(_ image: Images.Image) -> Int {
    image.configuration?.history?.count ?? 0
  }

  /// The images with so many steps that share the top layer, or have that below it or one of those above.
  private func candidates(
    _ image: Images.Image, below: Bool, steps: Int
  ) -> [Images.Image] {
    var layers = [image.stored.topLayer ?? ""]
    if let top = image.stored.topLayer {
      layers += below ? self.layers[top]?.parent.map { [$0] } ?? [] : children(ofLayer: top)
    }
    return layers.flatMap { standingOn[$0] ?? [] }.filter { stepCounts[$0] == steps }.map {
      images[$0]
    }.filter { !gone.contains($0.id) }
  }

  private func isParent(_ parent: Images.Image, of child: Images.Image) -> Bool {
    guard parent.id != child.id, let old = parent.configuration, let new = child.configuration
    else { return false }
    let layers = old.rootfs.diffIDs
    let steps = old.history ?? []
    let newSteps = new.history ?? []
    return new.rootfs.diffIDs.starts(with: layers) && newSteps.count == steps.count + 1
      && zip(steps, newSteps).allSatisfy(Self.isSameStep)
  }

  private static func isSameStep(
    _ one: ImageConfiguration.HistoryEntry, _ other: ImageConfiguration.HistoryEntry
  ) -> Bool {
    one.created == other.created && one.createdBy == other.createdBy
      && one.author == other.author && one.comment == other.comment
      && (one.emptyLayer ?? false) == (other.emptyLayer ?? false)
  }
}
