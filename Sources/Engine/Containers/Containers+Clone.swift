import JSON
import RuntimeSpec
import StateStore

extension Containers {
  /// How a container is copied.
  public struct CloneOptions: Sendable {
    public var name: String?
    /// Another image for the copy.
    public var image: String?
    public var limits = Spec.Linux.Resources()

    public init() {}
  }

  /// Makes a new container of another one's record: the same in all but its id, its name and what is
  /// changed. Volumes that were made for the first one alone are made anew.
  public func clone(_ nameOrID: String, _ options: CloneOptions) throws -> Container {
    var record = try find(nameOrID).record
    let old = record.name
    record.id = try ContainerIdentifier.random()
    record.created = TimeText.now()
    record.name = try options.name ?? freeName(like: old)
    guard ContainerIdentifier.isName(record.name) else {
      throw EngineError.invalid(
        option: "--name", value: record.name,
        reason: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
    }
    if let name = options.image {
      let image = try engine.images.containerImage(name, ContainerRequest.ImageSource())
      record.imageID = image.id
      record.imageName = image.name
      record.imageDigest = image.digest
      record.rootfs = nil
    }
    for index in record.mounts.indices where record.mounts[index].isAnonymous {
      record.mounts[index].source = try ContainerIdentifier.random()
    }
    record.resources.limits.merge(options.limits)
    return try make(record)
  }

  /// `NAME-clone`, `NAME-clone1`…
  private func freeName(like name: String) throws -> String {
    for number in 0..<1000 {
      let candidate = "\(name)-clone" + (number == 0 ? "" : String(number))
      if try engine.state.record(kind: "container", name: candidate) == nil { return candidate }
    }
    throw EngineError.nothingToDo("no name like \(name)-clone is free; please use --name")
  }
}
