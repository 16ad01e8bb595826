public import ImageSpec

/// An image as a container is made of it: data that nobody vouches for.
///
/// It is this one type, so that what it can reach is seen here: program, environment, user, folder,
/// labels, exposed ports, volumes, stop signal and health check. None of it takes a limit away or gives
/// a right.
public struct ContainerImage: Sendable {
  public var id: String
  /// The name that it was asked for by, in full; the id where it was asked for by that.
  public var name: String
  /// Of its manifest.
  public var digest: String?
  public var parameters: ImageConfiguration.ExecutionParameters

  public init(
    id: String, name: String, digest: String?,
    parameters: ImageConfiguration.ExecutionParameters
  ) {
    self.id = id
    self.name = name
    self.digest = digest
    self.parameters = parameters
  }
}
