import CLinux
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import LinuxSystem

/// Paths in a root whose content is hostile: with openat2(2), and with the walk that stands in for
/// it.
@Suite struct RootDirectoryTests {
  @Test(
    arguments: [
      ("/etc/passwd", "/etc/passwd"), ("etc//./passwd", "/etc/passwd"),
      ("/absolute/passwd", "/etc/passwd"), ("/up/passwd", "/etc/passwd"),
      ("../../../etc/passwd", "/etc/passwd"), ("/dir/../up/../etc/passwd", "/etc/passwd"),
      ("/slash/etc/passwd", "/etc/passwd"), ("/parent/etc/passwd", "/etc/passwd"),
      ("/chain/passwd", "/etc/passwd"), ("/up", "/etc"), ("/slash", "/"), ("/", "/"), ("", "/"),
      ("/dir/", "/dir"),
    ], [false, true])
  func staysInside(_ paths: (given: String, expected: String), walking: Bool) throws {
    let tree = try Tree()
    let root = try tree.root(walking: walking)
    let found = try root.resolve(paths.given)
    #expect(found.path == paths.expected)
    #expect(try tree.pathInTree(of: found.lent) == paths.expected)
  }

  @Test(
    arguments: [
      ("/loop", Errno.tooManySymbolicLinkLevels), ("/etc/passwd/x", .notDirectory),
      ("/etc/passwd/..", .notDirectory), ("/missing", .noSuchFileOrDirectory),
      ("/dangling", .noSuchFileOrDirectory), ("/etc/missing/../passwd", .noSuchFileOrDirectory),
    ], [false, true])
  func fails(_ path: (given: String, errno: Errno), walking: Bool) throws {
    let tree = try Tree()
    let root = try tree.root(walking: walking)
    do {
      let found = try root.resolve(path.given)
      Issue.record("it leads to \(try tree.pathInTree(of: found.lent) ?? "the outside")")
    } catch let error as SystemError {
      #expect(error.errno == path.errno)
    }
    #expect(try tree.outsideIsEmpty())
  }

  @Test(
    arguments: [
      ("/new/a/b", "/new/a/b"), ("/dangling/b", "/far/away/b"), ("/up/new", "/etc/new"),
      ("/dir/../../made", "/made"), ("/absolute/x/../y", "/etc/y"), ("/dir", "/dir"),
    ], [false, true])
  func makesDirectoriesInside(_ paths: (given: String, expected: String), walking: Bool) throws {
    let tree = try Tree()
    let root = try tree.root(walking: walking)
    let made = try root.makeDirectories(paths.given, mode: 0o750)
    #expect(try tree.pathInTree(of: made.lent) == paths.expected)
    #expect(try made.lent.status().kind == .directory)
    #expect(try tree.outsideIsEmpty())
  }

  @Test(arguments: [false, true]) func makesAFileWhereALinkLeadsToNothing(walking: Bool) throws {
    let tree = try Tree()
    let root = try tree.root(walking: walking)
    let made = try root.makeFile("/dangling", mode: 0o644, directoryMode: 0o755)
    #expect(made.path == "/far/away")
    #expect(try made.lent.status().kind == .regular)
    let again = try root.makeFile("/dangling", mode: 0o644, directoryMode: 0o755)
    let (first, second) = (try made.lent.status(), try again.lent.status())
    #expect(first.isSamePlace(as: second))
  }

  /// To Swift a slash and the combining mark behind it are one character, to the kernel two: no name may
  /// come to hold both.
  @Test(
    arguments: ["/out/\u{301}x", "/behind", "out/\u{301}/\u{301}x/"], [false, true])
  func aSlashIsASlash(_ path: String, walking: Bool) throws {
    let tree = try Tree()
    for (name, target) in [("out", tree.outside), ("behind", "out/\u{301}x")] {
      try systemCall("symlink", name) { symlink(target, "\(tree.path)/\(name)") }
    }
    let root = try tree.root(walking: walking)
    let made = try root.makeDirectories(path, mode: 0o755)
    #expect(made.path.hasPrefix(tree.outside))
    #expect(try tree.pathInTree(of: made.lent) == made.path)
    #expect(try tree.outsideIsEmpty())
  }

  @Test func entryIsNoLink() throws {
    let tree = try Tree()
    defer { withExtendedLifetime(tree) {} }
    let root = try tree.root(walking: false)
    let parent = try root.makeParent(of: "/up/outside", mode: 0o755)
    #expect(parent.directory.path == "/etc")
    let link = try root.makeParent(of: "/slash", mode: 0o755)
    #expect(throws: SystemError("open", "/slash", .tooManySymbolicLinkLevels)) {
      _ = try link.directory.entry(link.name).path
    }
    #expect(throws: SystemError.self) { _ = try link.directory.makeFile(link.name, mode: 0).path }
    #expect(throws: SystemError.self) { _ = try root.makeParent(of: "/..", mode: 0o755).name }
  }

  /// Somebody swaps a directory and a link to the outside all the time.
  @Test(arguments: [false, true]) func survivesARace(walking: Bool) throws {
    let tree = try Tree()
    let root = try tree.root(walking: walking)
    try makeDirectory("\(tree.path)/swap", mode: 0o755)
    try systemCall("symlink") { symlink(tree.outside, "\(tree.path)/link") }
    let race = Race(in: tree.path)
    defer { race.stop() }
    var (made, refused) = (0, 0)
    for round in 0..<10_000 {
      do {
        let place = try root.makeDirectories("/swap/\(round % 50)/x", mode: 0o755)
        let path = try tree.pathInTree(of: place.lent)
        #expect(path != nil, "round \(round) led outside")
        made += 1
      } catch {
        refused += 1
      }
    }
    race.stop()
    #expect(try tree.outsideIsEmpty())
    #expect(made > 0)
  }
}

/// A folder with a root in it, and a neighbour that no path may reach; both go with this object.
private final class Tree {
  let folder: String
  var path: String { folder + "/root" }
  var outside: String { folder + "/outside" }

  init() throws {
    let template = try #require(strdup("/tmp/root-test.XXXXXX"))
    defer { free(template) }
    folder = String(cString: try #require(mkdtemp(template)))
    for name in ["", "/etc", "/dir"] { try makeDirectory(path + name, mode: 0o755) }
    try makeDirectory(outside, mode: 0o755)
    _ = try openFile(path + "/etc/passwd", [.writeOnly, .create], mode: 0o644).number
    let links = [
      "absolute": "/etc", "up": "../../../../etc", "slash": "/", "parent": "..", "loop": "loop",
      "chain": "dir/../absolute", "dangling": "far/away",
    ]
    for (name, target) in links {
      try systemCall("symlink", name) { symlink(target, "\(path)/\(name)") }
    }
  }

  deinit {
    guard let top = try? openFile("/tmp", [.readOnly, .directory]) else { return }
    try? top.lent.removeTree(String(folder.dropFirst("/tmp/".count)))
  }

  func root(walking: Bool) throws -> RootDirectory {
    RootDirectory(try openFile(path, [.path, .directory]), alwaysWalking: walking)
  }

  /// Where a descriptor is, as the kernel tells; nil outside of the root.
  func pathInTree(of descriptor: FileDescriptor) throws -> String? {
    let fds = try openFile("/proc/self/fd", [.path, .directory])
    let full = try fds.lent.linkTarget(of: "\(descriptor.rawValue)")
    if full == path { return "/" }
    return full.hasPrefix(path + "/") ? String(full.dropFirst(path.count)) : nil
  }

  func outsideIsEmpty() throws -> Bool {
    let directory = try openFile(outside, [.readOnly, .directory])
    return try directory.lent.entryNames().isEmpty
  }
}

/// A thread that exchanges `swap` and `link` in a folder until it is stopped.
private final class Race {
  private final class State: Sendable {
    let isOver = Atomic(false)
    let folder: String
    init(_ folder: String) { self.folder = folder }
  }

  private let state: State
  private var thread: pthread_t?

  init(in folder: String) {
    state = State(folder)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let state = Unmanaged<State>.fromOpaque(argument).takeRetainedValue()
        let (a, b) = (state.folder + "/swap", state.folder + "/link")
        while !state.isOver.load(ordering: .relaxed) {
          renameat2(AT_FDCWD, a, AT_FDCWD, b, CUnsignedInt(RENAME_EXCHANGE))
        }
        return nil
      }, Unmanaged.passRetained(state).toOpaque())
    if status == 0 { self.thread = thread }
  }

  func stop() {
    state.isOver.store(true, ordering: .relaxed)
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }
}
