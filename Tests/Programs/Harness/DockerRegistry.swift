import Foundation
import Testing

/// Debian's docker-registry on a free port of loopback, for one test.
enum DockerRegistry {
  /// Starts one, plain or with what is given.
  ///
  /// - Parameters:
  ///   - http: more lines of the section `http`.
  ///   - more: more sections.
  /// - Returns: its host and port.
  static func start(_ workspace: Workspace, http: String = "", more: String = "") throws -> String {
    let port = try Loopback.freePort()
    let file = try workspace.write(
      """
      version: 0.1
      log: {level: error}
      storage:
        filesystem: {rootdirectory: \(workspace.folder)/registry-\(port)}
        delete: {enabled: true}
      http:
        addr: 127.0.0.1:\(port)
      \(http)
      \(more)
      """, to: "registry-\(port).yml")
    _ = try workspace.start([try #require(Program.named("docker-registry")), "serve", file])
    #expect(eventually(10) { Loopback.answers(port) })
    return "127.0.0.1:\(port)"
  }

  /// A certificate for 127.0.0.1 and its key, as files.
  static func makeCertificate(
    _ workspace: Workspace, name: String = "server"
  ) throws -> (certificate: String, key: String) {
    let files = ("\(workspace.folder)/\(name).pem", "\(workspace.folder)/\(name).key")
    try workspace.must(
      try #require(Program.named("openssl")), "req", "-x509", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
      "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", files.1, "-out", files.0)
    return files
  }
}
