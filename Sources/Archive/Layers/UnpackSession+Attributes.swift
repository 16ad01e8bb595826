internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Owners and extended attributes.
extension UnpackSession {
  /// The owner on disk.
  private func host(
    _ user: UInt32, _ group: UInt32, _ path: EntryPath
  ) throws(ArchiveError) -> (user: UInt32, group: UInt32)? {
    guard options.keepsOwners else { return nil }
    let user = options.owner?.user ?? user
    let group = options.owner?.group ?? group
    if let hostUser = options.owners.hostUser(user), let hostGroup = options.owners.hostGroup(group)
    {
      return (hostUser, hostGroup)
    }
    guard options.ignoresOwnerFailures else {
      throw .unmappedOwner(path: path.text, user: user, group: group)
    }
    leftOut += 1
    return nil
  }

  private func change(
    _ user: UInt32, _ group: UInt32, _ path: EntryPath, _ body: () -> CInt
  ) throws(ArchiveError) {
    do throws(ArchiveError) {
      try archiveCall("chown", path.text, body)
    } catch {
      switch error.errno {
      case .notPermitted where options.ignoresOwnerFailures,
        .invalidArgument where options.ignoresOwnerFailures:
        leftOut += 1
      // A number that the user namespace does not have.
      case .invalidArgument: throw .unmappedOwner(path: path.text, user: user, group: group)
      default: throw error
      }
    }
  }

  func setOwner(
    of file: FileDescriptor, user: UInt32, group: UInt32, _ path: EntryPath
  ) throws(ArchiveError) {
    guard let owner = try host(user, group, path) else { return }
    try change(user, group, path) { fchown(file.rawValue, owner.user, owner.group) }
  }

  func setOwner(
    ofEntry path: EntryPath, in parent: FileDescriptor, user: UInt32, group: UInt32
  ) throws(ArchiveError) {
    guard let owner = try host(user, group, path) else { return }
    let name = EntryName(path.name)
    try change(user, group, path) {
      name.withCharacters {
        fchownat(parent.rawValue, $0, owner.user, owner.group, AT_SYMLINK_NOFOLLOW)
      }
    }
  }

  /// Those that an archive may bring: overlay's own would let a layer show what lies elsewhere in the
  /// layers below it.
  private func allowed(_ entry: TarEntry) -> [ExtendedAttribute] {
    entry.extendedAttributes.filter {
      !$0.name.hasPrefix("trusted.overlay.") && !$0.name.hasPrefix("user.overlay.")
        && !$0.name.utf8.contains(0)
    }
  }

  func setAttributes(
    of file: FileDescriptor, _ entry: TarEntry, _ path: EntryPath
  ) throws(ArchiveError) {
    for attribute in allowed(entry) {
      try set(attribute, path) {
        attribute.value.withUnsafeBytes {
          fsetxattr(file.rawValue, attribute.name, $0.baseAddress, $0.count, 0)
        }
      }
    }
  }

  /// Of a link or a node, which cannot be opened: by setxattrat(2) of Linux 6.13. An older kernel leaves
  /// them out.
  func setAttributes(
    ofEntry path: EntryPath, in parent: FileDescriptor, _ entry: TarEntry
  ) throws(ArchiveError) {
    let name = EntryName(path.name)
    let setxattrat = 463
    for attribute in allowed(entry) {
      try set(attribute, path) {
        attribute.value.withUnsafeBytes { value in
          // struct xattr_args: the value's address, its size, flags.
          var arguments = (
            UInt64(UInt(bitPattern: value.baseAddress)), UInt32(value.count), UInt32(0)
          )
          return withUnsafeBytes(of: &arguments) { arguments in
            name.withCharacters { name in
              attribute.name.withCString { key in
                CInt(
                  truncatingIfNeeded: clinux_syscall(
                    setxattrat, UInt(bitPattern: Int(parent.rawValue)), UInt(bitPattern: name),
                    UInt(AT_SYMLINK_NOFOLLOW), UInt(bitPattern: key),
                    UInt(bitPattern: arguments.baseAddress), UInt(arguments.count)))
              }
            }
          }
        }
      }
    }
  }

  private func set(
    _ attribute: ExtendedAttribute, _ path: EntryPath, _ body: () -> CInt
  ) throws(ArchiveError) {
    do throws(ArchiveError) {
      try archiveCall("setxattr \(attribute.name)", path.text, body)
    } catch {
      switch error.errno {
      case .notSupported, .noFunction: leftOut += 1
      case .notPermitted where options.skipsForbiddenAttributes: leftOut += 1
      default: throw error
      }
    }
  }

  /// Makes an overlay folder one through which nothing older is seen.
  func setOpaque(_ folder: FileDescriptor, _ path: EntryPath) throws(ArchiveError) {
    guard case .overlay(let attributes) = options.whiteouts else { return }
    if opaqueFolders != nil {
      opaqueFolders?.append(path)
      return
    }
    try archiveCall("setxattr \(attributes.opaque)", path.text) {
      fsetxattr(folder.rawValue, attributes.opaque, "y", 1, 0)
    }
  }
}
