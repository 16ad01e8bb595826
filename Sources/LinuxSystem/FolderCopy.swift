import CLinux
import Glibc
public import SystemPackage

/// Copies what is in one folder into another, with owners, permissions, times and extended attributes.
///
/// Links are copied as links and hard links stay hard links; sockets are left out. Nothing is reached
/// by more than one name from an open folder, so no link in either tree leads anywhere.
public struct FolderCopy {
  /// Whether what has the same name in the target is replaced, because an earlier copy was
  /// interrupted; otherwise it is an error (EEXIST).
  public var replaces: Bool
  /// The first copies of files that have several names.
  private var firsts: [Identity: (folder: SharedDescriptor, name: String)] = [:]

  private struct Identity: Hashable {
    var major: UInt32
    var minor: UInt32
    var inode: UInt64
  }

  public init(replaces: Bool = false) { self.replaces = replaces }

  /// Copies the contents; the target itself keeps its owner and permissions.
  public mutating func copy(
    from source: FileDescriptor, to target: FileDescriptor
  ) throws(SystemError) {
    let from = try source.open(".", [.readOnly, .directory])
    let into = SharedDescriptor(try target.open(".", [.readOnly, .directory]))
    for name in try from.lent.entryNames() { try copy(name, from: from.lent, to: into) }
  }

  private mutating func copy(
    _ name: String, from: FileDescriptor, to into: SharedDescriptor
  ) throws(SystemError) {
    let entry = try from.open(name, [.path, .noFollow])
    let status = try entry.lent.status(subject: name)
    if replaces, status.kind != .directory { try into.lent.removeTree(name) }
    switch status.kind {
    case .directory: return try copyFolder(name, status, entry.lent, to: into)
    case .regular: return try copyFile(name, status, from, to: into)
    case .link: try into.lent.makeLink(name, to: try entry.lent.linkTarget(of: ""))
    case .socket, nil: return
    case .some(let kind):
      try into.lent.makeNode(name, kind, status.device, mode: status.permissions)
    }
    let copy = try into.lent.open(name, [.path, .noFollow])
    try copy.lent.changeOwner(uid: status.uid, gid: status.gid, subject: name)
    try setTimes(like: entry.lent, of: name, in: into.lent)
  }

  private mutating func copyFolder(
    _ name: String, _ status: FileStatus, _ original: FileDescriptor, to into: SharedDescriptor
  ) throws(SystemError) {
    do throws(SystemError) {
      try into.lent.makeDirectory(name, mode: 0o700)
    } catch {
      guard replaces, error.errno == .fileExists else { throw error }
    }
    let folder = try original.open(".", [.readOnly, .directory])
    let made = try into.lent.open(name, [.readOnly, .directory, .noFollow])
    try copy(from: folder.lent, to: made.lent)
    try copyAttributes(name, status, folder.lent, to: made.lent)
  }

  private mutating func copyFile(
    _ name: String, _ status: FileStatus, _ from: FileDescriptor, to into: SharedDescriptor
  ) throws(SystemError) {
    let original = try from.open(name, [.readOnly, .noFollow, .nonBlocking])
    guard try original.lent.status(subject: name).kind == .regular else {
      throw SystemError("copy", name, .invalidArgument)
    }
    var links = stat()
    try systemCall("fstat", name) { fstat(original.number, &links) }
    let identity = Identity(
      major: status.fileSystem.major, minor: status.fileSystem.minor, inode: status.inode)
    if links.st_nlink > 1 {
      if let first = firsts[identity] {
        try systemCall("link", name) {
          linkat(first.folder.lent.rawValue, first.name, into.lent.rawValue, name, 0)
        }
        return
      }
      firsts[identity] = (into, name)
    }
    let copy = try into.lent.open(
      name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
    try original.lent.copy(to: copy.lent)
    try copyAttributes(name, status, original.lent, to: copy.lent)
  }

  /// Owner, attributes, permissions and times. A change of the owner takes the set-user-ID bit and
  /// capabilities away, so it comes first.
  private func copyAttributes(
    _ name: String, _ status: FileStatus, _ original: FileDescriptor, to copy: FileDescriptor
  ) throws(SystemError) {
    try copy.changeOwner(uid: status.uid, gid: status.gid, subject: name)
    for attribute in original.extendedAttributeNames() where !Self.isOverlays(attribute) {
      original.copyExtendedAttribute(attribute, to: copy)
    }
    try copy.changeMode(to: status.permissions, subject: name)
    var times = stat()
    try systemCall("fstat", name) { fstat(original.rawValue, &times) }
    var pair = [times.st_atim, times.st_mtim]
    try systemCall("futimens", name) { futimens(copy.rawValue, &pair) }
  }

  private func setTimes(
    like original: FileDescriptor, of name: String, in folder: FileDescriptor
  ) throws(SystemError) {
    var times = stat()
    try systemCall("fstat", name) { fstat(original.rawValue, &times) }
    var pair = [times.st_atim, times.st_mtim]
    try systemCall("utimensat", name) {
      utimensat(folder.rawValue, name, &pair, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// What overlay keeps in attributes is no part of a file.
  private static func isOverlays(_ name: String) -> Bool {
    name.hasPrefix("trusted.overlay.") || name.hasPrefix("user.overlay.")
  }
}

extension FileDescriptor {
  /// The names of this open file's extended attributes; none where the file system has none.
  fileprivate func extendedAttributeNames() -> [String] {
    let size = flistxattr(rawValue, nil, 0)
    guard size > 0 else { return [] }
    var list = [CChar](repeating: 0, count: size)
    let length = flistxattr(rawValue, &list, size)
    guard length > 0 else { return [] }
    return list[..<length].split(separator: 0).map {
      String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Copies an attribute where that may be done: labels and the like belong to the system.
  fileprivate func copyExtendedAttribute(_ name: String, to copy: FileDescriptor) {
    let size = fgetxattr(rawValue, name, nil, 0)
    guard size >= 0 else { return }
    var value = [UInt8](repeating: 0, count: size)
    let length = fgetxattr(rawValue, name, &value, size)
    guard length >= 0 else { return }
    _ = fsetxattr(copy.rawValue, name, value, length, 0)
  }
}
