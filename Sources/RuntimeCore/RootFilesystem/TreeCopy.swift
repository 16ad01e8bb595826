import LinuxSystem
import SystemPackage

/// Copies what is in one directory into another, with owners and permissions: how a tmpfs with
/// `tmpcopyup` begins. Links are copied as links; the directory itself keeps its own.
func copyContents(of source: FileDescriptor, to target: FileDescriptor) throws {
  let from = try source.open(".", [.readOnly, .directory])
  let into = try target.open(".", [.readOnly, .directory])
  for name in try from.lent.entryNames() {
    do {
      try copyEntry(name, from.lent, to: into.lent)
    } catch {
      throw RuntimeError.step("copying \(quoted(name))", error)
    }
  }
}

private func copyEntry(_ name: String, _ from: FileDescriptor, to into: FileDescriptor) throws {
  let entry = try from.open(name, [.path, .noFollow])
  let status = try entry.lent.status(subject: name)
  switch status.kind {
  case .directory:
    try into.makeDirectory(name, mode: 0o700)
    let copy = try into.open(name, [.readOnly, .directory, .noFollow])
    try copyContents(of: entry.lent, to: copy.lent)
    try copy.lent.changeOwner(uid: status.uid, gid: status.gid, subject: name)
    return try copy.lent.changeMode(to: status.permissions, subject: name)
  case .regular:
    return try copyFile(name, status, from, to: into)
  case .link:
    try into.makeLink(name, to: try entry.lent.linkTarget(of: ""))
  case .some(let kind):
    try into.makeNode(name, kind, status.device, mode: status.permissions)
  case nil:
    throw SystemError("copy", name, .invalidArgument)
  }
  let copy = try into.open(name, [.path, .noFollow])
  try copy.lent.changeOwner(uid: status.uid, gid: status.gid, subject: name)
}

private func copyFile(
  _ name: String, _ status: FileStatus, _ from: FileDescriptor, to into: FileDescriptor
) throws {
  let original = try from.open(name, [.readOnly, .noFollow, .nonBlocking])
  guard try original.lent.status(subject: name).kind == .regular else {
    throw SystemError("copy", name, .invalidArgument)
  }
  let copy = try into.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
  try original.lent.copy(to: copy.lent)
  // A change of the owner takes the set-user-ID bit away: so the mode comes last.
  try copy.lent.changeOwner(uid: status.uid, gid: status.gid, subject: name)
  try copy.lent.changeMode(to: status.permissions, subject: name)
}
