import HelperProtocols
import ImageSpec

/// The name of a place that holds images, with its transport: containers-transports(5).
enum PlaceName: Equatable {
  case registry(ImageReference)
  case layout(path: String, name: String?)
  case layoutArchive(path: String, name: String?)
  case dockerArchive(path: String, name: String?)
  case folder(path: String)
  case store(String)
  case daemon(String)

  init(_ text: String) throws(TransferFailure) {
    guard let colon = text.firstIndex(of: ":") else {
      throw TransferFailure(
        .invalidName, text, detail: "\"\(text)\" names no transport, as docker:// or oci: does")
    }
    let rest = text[text.index(after: colon)...]
    switch text[..<colon] {
    case "docker":
      guard rest.hasPrefix("//") else {
        throw TransferFailure(
          .invalidName, text, detail: "\"\(text)\" has to begin with docker://")
      }
      do { self = .registry(try ImageReference(parsing: String(rest.dropFirst(2)))) } catch {
        throw TransferFailure(.invalidName, text, detail: "\(error)")
      }
    case "oci": self = .layout(path: try Self.path(rest, text), name: Self.name(rest))
    case "oci-archive":
      self = .layoutArchive(path: try Self.path(rest, text), name: Self.name(rest))
    case "docker-archive":
      self = .dockerArchive(path: try Self.path(rest, text), name: Self.name(rest))
    case "dir":
      guard !rest.isEmpty else { throw Self.noPath(text) }
      self = .folder(path: String(rest))
    case "containers-storage":
      // The store's own place may stand in brackets in front; ours is the one of the request.
      let name = rest.hasPrefix("[") ? rest.drop { $0 != "]" }.dropFirst() : rest
      // Behind the last @ may stand the image's id, which says it all.
      let id = name.lastIndex(of: "@").map { name[name.index(after: $0)...] }
      self = .store(String(id.flatMap { Digest(hex: $0) == nil ? nil : $0 } ?? name))
    case "docker-daemon": self = .daemon(String(rest))
    default:
      throw TransferFailure(
        .invalidName, text,
        detail: "\"\(text[..<colon])\" is no transport for images; there are "
          + "docker, oci, oci-archive, docker-archive, dir, containers-storage and docker-daemon")
    }
  }

  /// Whether a text begins with the name of a transport.
  static func hasTransport(_ text: String) -> Bool {
    [
      "docker:", "oci:", "oci-archive:", "docker-archive:", "dir:", "containers-storage:",
      "docker-daemon:",
    ]
    .contains { text.hasPrefix($0) }
  }

  private static func path(
    _ rest: Substring, _ text: String
  ) throws(TransferFailure) -> String {
    let path = rest.prefix { $0 != ":" }
    if path.isEmpty { throw noPath(text) }
    return String(path)
  }

  private static func noPath(_ text: String) -> TransferFailure {
    TransferFailure(.invalidName, text, detail: "\"\(text)\" names no path")
  }

  private static func name(_ rest: Substring) -> String? {
    guard let colon = rest.firstIndex(of: ":") else { return nil }
    let name = rest[rest.index(after: colon)...]
    return name.isEmpty ? nil : String(name)
  }
}
