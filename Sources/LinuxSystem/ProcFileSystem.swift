import Glibc
public import SystemPackage

/// A procfs that can be trusted, whatever a container has mounted over `/proc`.
///
/// It is one of our own, attached nowhere, of the process's PID namespace. Where the kernel (before
/// 5.2) or its rules (no CAP_SYS_ADMIN, a masked /proc around a user namespace) do not allow that,
/// it is what lies at `/proc`, after a check that this is the root of a procfs: to be taken before
/// the container's tree is entered.
///
/// Nothing that it opens lies across a mount point or behind a link such as `/proc/self/fd/3`.
public struct ProcFileSystem: ~Copyable, Sendable {
  private let root: OwnedDescriptor
  /// Whether it is one of our own, which nobody can mount over.
  public let isPrivate: Bool

  /// Takes a procfs of our own, or the one at `/proc`.
  public init() throws(SystemError) {
    do throws(SystemError) {
      let context = try FileSystemContext(type: "proc")
      root = try context.mount([.noSetUserID, .noDevices, .noExecution])
      isPrivate = true
    } catch {
      root = try ProcFileSystem.verifiedRoot(at: "/proc")
      isPrivate = false
    }
  }

  /// Takes the procfs whose root lies at a path.
  public init(at path: String) throws(SystemError) {
    root = try ProcFileSystem.verifiedRoot(at: path)
    isPrivate = false
  }

  private init(_ root: consuming OwnedDescriptor, isPrivate: Bool) {
    self.root = root
    self.isPrivate = isPrivate
  }

  /// The same procfs for another owner.
  public func duplicated() throws(SystemError) -> ProcFileSystem {
    ProcFileSystem(try root.lent.duplicated(), isPrivate: isPrivate)
  }

  private static func verifiedRoot(at path: String) throws(SystemError) -> OwnedDescriptor {
    let root = try openFile(path, [.path, .directory, .noFollow])
    guard try root.lent.fileSystemStatus(subject: path).type == .proc,
      try root.lent.status(subject: path).inode == ProcFileSystem.rootInode
    else { throw SystemError("open procfs", path, .invalidArgument) }
    return root
  }

  /// PROC_ROOT_INO of the kernel: no other file of a procfs has it.
  private static let rootInode: UInt64 = 1

  /// The root directory, lent.
  public var directory: FileDescriptor { root.lent }

  /// Opens a file by its path in procfs: `self/attr/exec`, `sys/net/ipv4/ip_forward`.
  public func open(_ path: String, _ flags: OpenFlags) throws(SystemError) -> OwnedDescriptor {
    do throws(SystemError) {
      return try root.lent.open(path, flags, within: [.beneath, .withinMount, .noMagicLinks])
    } catch where error.errno == .noFunction || error.errno == .notPermitted {
      return try walk(path, flags)
    }
  }

  /// A path of an open file for calls that take only paths. It is relative to this procfs, which
  /// becomes the current directory: what is mounted on `/proc` has no part in it.
  public func currentPath(of descriptor: FileDescriptor) throws(SystemError) -> String {
    try CurrentProcess.changeDirectory(to: root.lent)
    return "thread-self/fd/\(descriptor.rawValue)"
  }

  /// Writes a value by one write(2), as procfs wants it.
  public func write(_ value: String, to path: String) throws(SystemError) {
    let file = try open(path, [.writeOnly])
    try file.lent.writeAll(value, subject: "/proc/\(path)")
  }

  /// Reads a file whole.
  public func read(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    let file = try open(path, [.readOnly])
    return try file.lent.readToEnd(limit: limit, subject: "/proc/\(path)")
  }

  /// Opens without openat2(2): one component after the other, each looked at before the next.
  func walk(_ path: String, _ flags: OpenFlags) throws(SystemError) -> OwnedDescriptor {
    let mount = try root.lent.status().mount
    var names = path.pathComponents.map(String.init)
    names.reverse()
    var directory = try root.lent.open(".", [.path, .directory])
    var links = 0
    while let name = names.popLast() {
      guard name != "." else { continue }
      guard name != ".." else { throw SystemError("open", "/proc/\(path)", .improperLink) }
      let entry = try directory.lent.open(name, [.path, .noFollow])
      let status = try entry.lent.status(subject: path)
      if status.kind == .link {
        // `self` leads to `123`, `net` to `self/net`; all others lead out of procfs.
        let target = try directory.lent.linkTarget(of: name)
        links += 1
        guard !target.hasPrefix("/"), links <= 8 else {
          throw SystemError("open", "/proc/\(path)", .tooManySymbolicLinkLevels)
        }
        names.append(contentsOf: target.pathComponents.reversed().map(String.init))
        continue
      }
      guard status.mount == mount else { throw SystemError("open", "/proc/\(path)", .improperLink) }
      if names.isEmpty {
        let file = try directory.lent.open(name, flags.union(.noFollow))
        // The entry may have been mounted over since it was looked at.
        let opened = try file.lent.status(subject: path)
        guard opened.isSamePlace(as: status),
          try file.lent.fileSystemStatus(subject: path).type == .proc
        else { throw SystemError("open", "/proc/\(path)", .improperLink) }
        return file
      }
      directory = entry
    }
    return directory
  }
}
