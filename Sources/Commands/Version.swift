/// What this program is.
enum Version {
  /// Of the command line that ours follows, which scripts compare.
  static let number = "6.0.0"
  /// Of podman's HTTP API.
  static let api = "6.0.0"
  /// The oldest HTTP API that is understood.
  static let leastAPI = "4.0.0"
}
