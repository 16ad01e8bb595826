import LinuxSystem

extension ContainerPreparation {
  /// Writes the secrets that are files, and reads those that are variables.
  mutating func prepareSecrets() throws {
    guard !record.secrets.isEmpty else { return }
    // They last with the container: it keeps what it had at its first start.
    let files = try engine.secrets.files(for: record, in: folders.lasting) { uid, gid in
      (hostID(uid, users: true), hostID(gid, users: false))
    }
    for file in files {
      context.files.append((source: file.source, destination: file.destination))
    }
    context.secretVariables = try engine.secrets.variables(for: record)
  }
}
