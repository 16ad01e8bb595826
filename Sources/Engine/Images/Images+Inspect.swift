import EngineConfig
public import ImageSpec
import Storage

extension Images {
  /// All that is known of an image.
  public struct Details {
    public var id: String
    public var digest: String?
    public var names: [String]
    public var nameHistory: [String]
    public var repositoryDigests: [String]
    public var parent: String?
    public var configuration: ImageConfiguration?
    public var annotations: [String: String]
    public var manifestType: String
    /// Bytes on disk.
    public var size: Int64
    /// Nanoseconds since 1970.
    public var created: Int64
    public var driver: String
    /// Where the driver keeps its layers: `UpperDir` and so on.
    public var driverData: [String: String]
  }

  /// All that is known of an image.
  public func inspect(_ name: String) throws -> Details {
    let tree = try ImageTree(self)
    let image = try image(try find(name).image)
    var annotations: [String: String] = [:]
    var manifestType = ""
    if let manifest = try manifest(of: image.stored) {
      manifestType = manifest.mediaType.rawValue
      if case .image(let document) = manifest { annotations = document.annotations ?? [:] }
    }
    return Details(
      id: image.id, digest: image.stored.digest, names: image.names,
      nameHistory: image.stored.nameHistory, repositoryDigests: image.repositoryDigests,
      parent: tree.parent(of: image)?.id, configuration: image.configuration,
      annotations: annotations, manifestType: manifestType, size: tree.size(image),
      created: image.created, driver: try engine.store.driverName,
      driverData: try driverData(tree.chain(image).map(\.id)))
  }

  /// - Parameter layers: from the topmost down.
  private func driverData(_ layers: [String]) throws -> [String: String] {
    guard let top = layers.first else { return [:] }
    let root = "\(engine.configuration.storeOptions.graphRoot)/\(try engine.store.driverName)"
    guard try engine.store.driverName == "overlay" else { return [:] }
    var data = ["UpperDir": "\(root)/\(top)/diff", "WorkDir": "\(root)/\(top)/work"]
    let lower = layers.dropFirst().map { "\(root)/\($0)/diff" }
    if !lower.isEmpty { data["LowerDir"] = lower.joined(separator: ":") }
    return data
  }

  /// An image as a container is made of it.
  ///
  /// - Parameter source: when and from where it is pulled; nil where it has to be in the store.
  public func containerImage(
    _ name: String, _ source: ContainerRequest.ImageSource? = nil
  ) throws -> ContainerImage {
    let match = try source.map { try ensure(name, $0) } ?? find(name)
    let image = try image(match.image)
    guard let configuration = image.configuration else {
      throw EngineError.failed(name, reason: "it has no configuration that could be run")
    }
    return ContainerImage(
      id: image.id, name: match.name ?? match.image.names.first ?? image.id,
      digest: image.stored.digest,
      parameters: configuration.config ?? ImageConfiguration.ExecutionParameters())
  }
}
