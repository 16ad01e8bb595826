import LinuxSystem

extension ContainerPreparation {
  /// Writes the secrets that are files, and reads those that are variables.
  mutating func prepareSecrets() throws {
    guard !record.secrets.isEmpty else { return }
    throw EngineError.unsupported("--secret", reason: "no driver of secrets is there yet")
    /*
    for file in try engine.secrets.files(for: record, in: folders.run) {
      context.files.append((source: file.source, destination: file.destination))
    }
    context.secretVariables = try engine.secrets.variables(for: record)
    */
  }
}
