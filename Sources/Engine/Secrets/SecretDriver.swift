/// What keeps the data of secrets.
protocol SecretDriver {
  /// The data of a secret.
  func data(of id: String) throws -> [UInt8]
  /// Keeps data under an id that nobody has.
  func store(_ data: [UInt8], as id: String) throws
  /// Forgets data; what is gone already is no error.
  func remove(_ id: String) throws
}
