import ImageSpec
import JSON
import Storage

extension Images {
  /// The image of a new container, pulled where the source says so.
  func forContainer(
    _ name: String, _ source: ContainerRequest.ImageSource
  ) throws -> ContainerImage {
    guard let found = try stored(name) else { throw EngineError.noSuch(.image, name) }
    let configuration = try engine.store.data("sha256:\(found.id)", ofImage: found.id)
    let parsed = try ImageConfiguration(parsing: configuration)
    let parameters = parsed.config ?? ImageConfiguration.ExecutionParameters()
    return ContainerImage(
      id: found.id, name: found.names.first ?? found.id, digest: found.digest,
      parameters: parameters)
  }

  /// The id of an image that is to be mounted; nil where it is not in the store.
  func forContainerMount(_ name: String) throws -> String? { try stored(name)?.id }

  /// An image of the store by what people call it.
  private func stored(_ name: String) throws -> StoredImage? {
    let store = try engine.store
    if let exact = try store.image(name) { return exact }
    for candidate in ["localhost/", "docker.io/library/", "docker.io/"] {
      for full in [candidate + name, candidate + name + ":latest"] {
        if let found = try store.image(full) { return found }
      }
    }
    return try store.image(name + ":latest")
  }
}
