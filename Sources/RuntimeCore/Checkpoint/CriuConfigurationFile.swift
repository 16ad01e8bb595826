/// The file from which CRIU takes further options, on top of what the runtime asks for.
enum CriuConfigurationFile {
  /// The one that runc names, too, so that a machine's settings hold for both.
  static let standard = "/etc/criu/runc.conf"
  private static let annotation = "org.criu.config"

  /// The file for a container with these annotations; `nil` for none.
  ///
  /// runc lets an annotation name another file. Annotations can come from an image, and the options
  /// in such a file can name programs that CRIU runs on the host: so here it can only be turned off.
  static func path(_ annotations: [String: String]?) throws -> String? {
    guard let value = annotations?[annotation] else { return standard }
    guard value.isEmpty else {
      throw RuntimeError.unsupported(
        field: "annotations[\(annotation)]",
        reason: "an image could name a file of its own; put the options into \(standard)")
    }
    return nil
  }
}
