import LinuxSystem
import SystemPackage

extension Secrets {
  /// A secret as a file that is mounted into a container.
  public struct File: Sendable {
    /// The file on the host.
    public var source: String
    /// Where, inside the container.
    public var destination: String
  }

  /// Writes the secrets of a container that are files.
  ///
  /// A file that is there already stays as it is: a container keeps the data that it was made with,
  /// also when the secret is replaced or removed.
  ///
  /// - Parameters:
  ///   - folder: the container's own; they stand in `secrets` below it.
  ///   - owner: from a user and a group inside the container to those of the host.
  public func files(
    for record: ContainerRecord, in folder: String,
    owner: (UInt32, UInt32) throws -> (uid: UInt32, gid: UInt32) = { ($0, $1) }
  ) throws -> [File] {
    let wanted = record.secrets.filter { !$0.isVariable }
    guard !wanted.isEmpty else { return [] }
    let path = "\(folder)/secrets"
    // Whoever may enter the container's folder may not look for names here.
    try makeDirectories(path, mode: 0o711)
    let place = try openFile(path, [.readOnly, .directory, .noFollow])
    var files: [File] = []
    for (index, secret) in wanted.enumerated() {
      // The same secret can have several targets with owners of their own.
      let name = "\(index)-\(secret.id)"
      if !place.lent.contains(name) {
        try write(secret, as: name, in: place.lent, owner: owner(secret.uid, secret.gid))
      }
      files.append(File(source: "\(path)/\(name)", destination: secret.target))
    }
    return files
  }

  private func write(
    _ secret: ContainerSecret, as name: String, in folder: FileDescriptor,
    owner: (uid: UInt32, gid: UInt32)
  ) throws {
    let data = try data(of: current(secret))
    let temporary = ".\(name)"
    try folder.removeTree(temporary)
    let file = try folder.open(
      temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
    try file.lent.writeAll(data, subject: name)
    try file.lent.changeOwner(uid: owner.uid, gid: owner.gid, subject: name)
    try file.lent.changeMode(secret.mode, subject: name)
    try file.close()
    try folder.renameEntry(temporary, to: name)
  }

  /// The secrets of a container that are variables: `NAME=value` each.
  public func variables(for record: ContainerRecord) throws -> [String] {
    try record.secrets.filter(\.isVariable).map { secret in
      let data = try data(of: current(secret))
      return "\(secret.target)=\(String(decoding: data, as: UTF8.self))"
    }
  }

  /// The secret itself, or the one that has been put in its place since.
  private func current(_ secret: ContainerSecret) throws -> Secret {
    do {
      return try find(secret.id)
    } catch EngineError.noSuch {
      return try find(secret.source)
    }
  }
}
