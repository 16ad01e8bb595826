import Engine
import Networking

/// The names that a shell completes and only the engine knows.
enum CompletableNames {
  /// For each kind that commands name in `.names("…")`, where its names come from.
  private static var sources: [String: (ContainerEngine) throws -> [String]] {
    [
      "containers": { engine in
        try engine.containers.all().flatMap { [$0.name, String($0.id.prefix(12))] }
      },
      "networks": { engine in try engine.networks.list().networks.map(\.name) },
      "secrets": { engine in try engine.secrets.all().map(\.name) },
      "volumes": { engine in try engine.volumes.all().map(\.name) },
      "images": { engine in
        try engine.images.list().images.flatMap { $0.names + [String($0.id.prefix(12))] }
      },
    ]
  }

  /// The names of a kind; none where they cannot be had: completion is no place for errors.
  static func find(_ kind: String, _ call: Call) -> [String] {
    if kind == "objects" {
      return ["containers", "images", "volumes", "networks"].flatMap { find($0, call) }.sorted()
    }
    guard let source = sources[kind], let engine = try? call.engine else { return [] }
    return ((try? source(engine)) ?? []).sorted()
  }
}
