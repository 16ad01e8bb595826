public import HelperProtocols
import ImageSpec
import Storage

extension Images {
  /// Copies an image of the store to another place.
  ///
  /// - Parameters:
  ///   - source: the image, as people call it.
  ///   - destination: a name at a registry, or a place with its transport; nil for the image's own name.
  public func push(
    _ source: String, to destination: String?, _ options: TransferOptions
  ) throws -> TransferredImage {
    let match = try find(source)
    var request = try self.request(.copy, options)
    // The name says to which repositories of a registry the layers are known.
    request.source = "containers-storage:" + (match.name ?? match.image.id)
    request.destination = try place(destination ?? match.name ?? source)
    if request.destination.hasPrefix("docker-archive:"), let name = match.name {
      request.names = [name]
    }
    let result = try TransferProcess.run(request, engine.configuration, report: options.report)
    guard let image = result.images.first else { throw TransferFailure(.ended) }
    engine.events.emit(
      .image(.push, id: match.image.id, name: destination ?? match.name ?? source))
    return image
  }

  /// A place with its transport: without one it is a registry.
  private func place(_ text: String) throws -> String {
    let transports = [
      "docker://", "docker-archive:", "docker-daemon:", "dir:", "oci:", "oci-archive:",
      "containers-storage:",
    ]
    let text = try withTransport(text)
    if transports.contains(where: { text.hasPrefix($0) }) { return text }
    do {
      return "docker://\(try ImageReference(parsing: text).tagged)"
    } catch { throw EngineError.failed("destination \"\(text)\"", reason: "\(error)") }
  }
}
