import LinuxSystem
import SystemPackage

/// Copies a folder with all below it: owners, permissions, times, extended attributes, devices, and hard
/// links among its files. Every step goes by descriptor, no link is followed.
struct TreeCopy {
  let ignoresOwnerErrors: Bool
  /// The user namespace that the copy is for: each owner becomes the one outside that stands for it.
  let mappings: IDMappings
  /// Where a file with several names was copied to first.
  private var firstNames: [FileKey: (folder: SharedDescriptor, name: String)] = [:]

  private struct FileKey: Hashable {
    var major: UInt32
    var minor: UInt32
    var inode: UInt64
  }

  init(ignoresOwnerErrors: Bool, mappings: IDMappings = IDMappings()) {
    self.ignoresOwnerErrors = ignoresOwnerErrors
    self.mappings = mappings
  }

  /// Copies what is in a folder, and the folder's own attributes.
  mutating func copyContents(of source: String, to target: String) throws {
    let from = SharedDescriptor(try openFile(source, [.readOnly, .directory, .noFollow]))
    let to = SharedDescriptor(try openFile(target, [.readOnly, .directory, .noFollow]))
    try copyEntries(from, to, path: source)
    try copyAttributes(from.lent, to.lent, try from.lent.status(subject: source), path: source)
  }

  private mutating func copyEntries(
    _ from: SharedDescriptor, _ to: SharedDescriptor, path: String
  ) throws {
    for name in try from.lent.entryNames() { try copyEntry(name, from, to, "\(path)/\(name)") }
  }

  private mutating func copyEntry(
    _ name: String, _ from: SharedDescriptor, _ to: SharedDescriptor, _ path: String
  ) throws {
    let status = try from.lent.status(of: name)
    let key = FileKey(
      major: status.fileSystem.major, minor: status.fileSystem.minor, inode: status.inode)
    if status.kind != .directory, status.linkCount > 1 {
      if let first = firstNames[key] {
        return try first.folder.lent.makeHardLink(first.name, to: name, of: to.lent)
      }
      firstNames[key] = (to, name)
    }
    switch status.kind {
    case .directory:
      try to.lent.makeDirectory(name, mode: 0o700)
      let source = SharedDescriptor(try from.lent.open(name, [.readOnly, .directory, .noFollow]))
      let target = SharedDescriptor(try to.lent.open(name, [.readOnly, .directory, .noFollow]))
      try copyEntries(source, target, path: path)
      try copyAttributes(source.lent, target.lent, status, path: path)
    case .regular:
      let source = try from.lent.open(name, [.readOnly, .noFollow])
      let target = try to.lent.open(
        name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      try source.lent.copyContents(to: target.lent, size: status.size, subject: path)
      try copyAttributes(source.lent, target.lent, status, path: path)
    case .link:
      try to.lent.makeLink(name, to: try from.lent.linkTarget(of: name))
      try setOwner(of: name, in: to.lent, status, path)
      try to.lent.setTimes(of: name, accessed: nil, modified: status.modified)
    case .character, .block, .fifo, .socket:
      guard let kind = status.kind else { return }
      try to.lent.makeNode(name, kind, status.device, mode: 0o600)
      try setOwner(of: name, in: to.lent, status, path)
      try to.lent.changeMode(of: name, to: status.permissions)
      try to.lent.setTimes(of: name, accessed: nil, modified: status.modified)
    case nil: throw SystemError("copy", path, .invalidArgument)
    }
  }

  private func setOwner(
    of name: String, in folder: FileDescriptor, _ status: FileStatus, _ path: String
  ) throws {
    let place = try folder.open(name, [.path, .noFollow])
    try setOwner(of: place.lent, status, path)
  }

  private func setOwner(of file: FileDescriptor, _ status: FileStatus, _ path: String) throws {
    guard let uid = IDMappings.host(of: status.uid, in: mappings.users),
      let gid = IDMappings.host(of: status.gid, in: mappings.groups)
    else {
      throw StorageError.unmappedOwner(path: path, uid: status.uid, gid: status.gid)
    }
    do throws(SystemError) {
      try file.changeOwner(uid: uid, gid: gid, subject: path)
    } catch {
      guard ignoresOwnerErrors, error.errno == .notPermitted || error.errno == .invalidArgument
      else { throw error }
    }
  }

  /// The owner first: it takes set-user-id and file capabilities away. The times last.
  private func copyAttributes(
    _ from: FileDescriptor, _ to: FileDescriptor, _ status: FileStatus, path: String
  ) throws {
    try setOwner(of: to, status, path)
    try to.changeMode(to: status.permissions, subject: path)
    for name in try from.extendedAttributeNames(subject: path) {
      let value = try from.extendedAttribute(name, subject: path)
      do throws(SystemError) {
        try to.setExtendedAttribute(name, to: value, subject: path)
      } catch {
        // What the file system or the user namespace does not take.
        guard error.errno == .notSupported || error.errno == .notPermitted else { throw error }
      }
    }
    try to.setTimes(accessed: nil, modified: status.modified, subject: path)
  }
}
