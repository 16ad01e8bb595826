import Glibc
import LinuxSystem
import Testing

@testable import RuntimeCore

/// Runs a body on a thread of its own in a mount namespace of its own, with a tmpfs on a new folder
/// that is gone afterwards, as is everything else that the body mounts.
func inMountNamespace(_ body: @escaping @Sendable (_ folder: String) throws -> Void) throws {
  let folder = try temporaryFolder()
  defer { rmdir(folder) }
  let work = Work {
    try Namespaces.unshare(.mount)
    try mount("", on: "/", [.isPrivate, .recursive])
    try mount("tmpfs", on: folder, type: "tmpfs", [])
    try body(folder)
  }
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<Work>.fromOpaque(argument).takeUnretainedValue().run() }
      return nil
    }, Unmanaged.passUnretained(work).toOpaque())
  try #require(status == 0)
  pthread_join(thread, nil)
  if let failure = work.failure { throw failure }
}

/// The state that both threads use, one after the other: before the start, and after the join.
private final class Work: @unchecked Sendable {
  private let body: () throws -> Void
  private(set) var failure: (any Error)?

  init(_ body: @escaping () throws -> Void) { self.body = body }

  func run() {
    do { try body() } catch { failure = error }
  }
}

private func temporaryFolder() throws -> String {
  let template = try #require(strdup("/tmp/rootfs-test.XXXXXX"))
  defer { free(template) }
  return String(cString: try #require(mkdtemp(template)))
}

/// Makes files and folders, the latter by names that end in `/`, and links by `name -> target`.
func make(_ entries: [String], in folder: String) throws {
  for entry in entries {
    let link = entry.split(separator: " ")
    let path = "\(folder)/\(link[0])"
    let parent = String(path.prefix(upTo: path.dropLast().lastIndex(of: "/") ?? path.endIndex))
    try makeDirectories(parent, mode: 0o755)
    if link.count == 3 {
      try systemCall("symlink", path) { symlink(String(link[2]), path) }
    } else if entry.hasSuffix("/") {
      try makeDirectories(String(path.dropLast()), mode: 0o755)
    } else {
      try write("\(link[0])", to: path)
    }
  }
}

func write(_ text: String, to path: String) throws {
  let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
  try file.lent.writeAll(text)
}

func text(_ path: String) throws -> String {
  String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
}

/// The topmost mount at a path of this thread's namespace.
func topMount(_ path: String) throws -> MountTableEntry {
  let found = try MountTable.current().last { $0.path == path }
  return try #require(found, "nothing is mounted on \(path)")
}

let isRoot = geteuid() == 0
