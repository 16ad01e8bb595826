public import SystemPackage

/// A place that a path led to, as a descriptor: nobody can put another in its stead any more.
public struct ResolvedPath: ~Copyable, Sendable {
  /// The file or directory, opened only as a place (O_PATH).
  public let descriptor: OwnedDescriptor
  /// Its path from the root, without links, `.` and `..`, at the time when it was resolved.
  public let path: String

  /// The descriptor, lent: valid while this value lives.
  public var lent: FileDescriptor { descriptor.lent }

  /// Gives the descriptor to a new owner.
  public consuming func takeDescriptor() -> OwnedDescriptor { descriptor }

  /// An entry of this directory as it is; a link is an error (ELOOP), not followed.
  public func entry(_ name: String) throws(SystemError) -> ResolvedPath {
    let entry = try lent.open(name, [.path, .noFollow])
    let path = path == "/" ? "/\(name)" : "\(path)/\(name)"
    guard try entry.lent.status(subject: path).kind != .link else {
      throw SystemError("open", path, .tooManySymbolicLinkLevels)
    }
    return ResolvedPath(descriptor: entry, path: path)
  }

  /// An entry of this directory as it is, or else an empty file that is made.
  public func makeFile(_ name: String, mode: UInt32) throws(SystemError) -> ResolvedPath {
    do throws(SystemError) {
      try lent.makeNode(name, .regular, DeviceNumber(major: 0, minor: 0), mode: mode)
    } catch where error.errno == .fileExists {}
    return try entry(name)
  }
}

/// A directory whose content is not trusted, in which paths are resolved as if it were `/`.
///
/// Links are followed, but neither they nor `..` ever lead outside, not even when somebody renames
/// directories or swaps links meanwhile: each step starts at a descriptor and ends with one.
public struct RootDirectory: ~Copyable, Sendable {
  private let root: OwnedDescriptor
  /// Whether openat2(2) is not even tried; for tests of what a kernel without it does.
  private let walks: Bool

  /// Takes over a directory.
  public init(_ root: consuming OwnedDescriptor) {
    self.root = root
    walks = false
  }

  init(_ root: consuming OwnedDescriptor, alwaysWalking: Bool) {
    self.root = root
    walks = alwaysWalking
  }

  /// The directory itself, lent.
  public var lent: FileDescriptor { root.lent }

  /// Resolves a path to what exists there.
  public func resolve(_ path: String) throws(SystemError) -> ResolvedPath {
    if let found = try resolveWithoutLinks(path) { return found }
    var walk = try PathWalk(root.lent, path, .nothing)
    return try walk.finish()
  }

  /// Resolves a path to what exists there, or else to a directory that is made, with those above.
  ///
  /// - Parameter mode: the permissions of new directories, less the umask.
  public func makeDirectories(_ path: String, mode: UInt32) throws(SystemError) -> ResolvedPath {
    do throws(SystemError) {
      return try resolve(path)
    } catch where error.errno == .noSuchFileOrDirectory {
      var walk = try PathWalk(root.lent, path, .directories(mode))
      return try walk.finish()
    }
  }

  /// Resolves a path to what exists there, or else to an empty file that is made, with the
  /// directories above; where a link leads to nothing, that is what is made.
  ///
  /// - Parameters:
  ///   - mode: the permissions of a new file, less the umask.
  ///   - directoryMode: those of new directories.
  public func makeFile(
    _ path: String, mode: UInt32, directoryMode: UInt32
  ) throws(SystemError) -> ResolvedPath {
    do throws(SystemError) {
      return try resolve(path)
    } catch where error.errno == .noSuchFileOrDirectory {
      var walk = try PathWalk(root.lent, path, .file(mode, directories: directoryMode))
      return try walk.finish()
    }
  }

  /// Resolves the directory that is to hold a path's last component, which is not followed if it
  /// is a link; missing directories are made.
  ///
  /// - Returns: the directory, and the last component's name.
  public func makeParent(
    of path: String, mode: UInt32
  ) throws(SystemError) -> ParentDirectory {
    var names = path.pathComponents
    guard let name = names.popLast(), name != ".", name != ".." else {
      throw SystemError("open", path, .invalidArgument)
    }
    let parent = try makeDirectories("/" + names.joined(separator: "/"), mode: mode)
    return ParentDirectory(directory: parent, name: String(name))
  }

  /// One call for the ordinary case; nil where links, `..` or the kernel want the walk.
  private func resolveWithoutLinks(_ path: String) throws(SystemError) -> ResolvedPath? {
    let names = path.pathComponents.filter { $0 != "." }
    if walks || names.contains("..") { return nil }
    let clean = "/" + names.joined(separator: "/")
    do throws(SystemError) {
      let found = try root.lent.open(clean, [.path], within: [.inRoot, .noLinks])
      return ResolvedPath(descriptor: found, path: clean)
    } catch {
      switch error.errno {
      case .tooManySymbolicLinkLevels, .noFunction, .notPermitted, .resourceTemporarilyUnavailable:
        return nil
      default: throw error
      }
    }
  }
}

/// A directory, and the name of an entry of it that is to be made.
public struct ParentDirectory: ~Copyable, Sendable {
  public let directory: ResolvedPath
  public let name: String
}

/// The resolution of a path in a root, component by component, each opened without following.
private struct PathWalk {
  /// What becomes of components that are missing.
  enum Making {
    case nothing
    case directories(UInt32)
    /// The last one is made a file.
    case file(UInt32, directories: UInt32)
  }

  private let root: FileDescriptor
  private let path: String
  private let making: Making
  /// From the root to where the walk is; going up is going back to a descriptor that came before.
  private var trail: [SharedDescriptor] = []
  private var names: [String] = []
  /// What is left of the path, the next component last.
  private var rest: [String]
  private var linksFollowed = 0

  /// The kernel's own limit (path_resolution(7)).
  private static let mostLinks = 40

  init(_ root: FileDescriptor, _ path: String, _ making: Making) throws(SystemError) {
    self.root = root
    self.path = path
    self.making = making
    rest = path.pathComponents.reversed().map(String.init)
  }

  private var place: FileDescriptor { trail.last?.lent ?? root }

  mutating func finish() throws(SystemError) -> ResolvedPath {
    while let name = rest.popLast() {
      switch name {
      case ".": continue
      case "..":
        _ = trail.popLast()
        _ = names.popLast()
      default: try advance(to: name)
      }
    }
    let found = try place.duplicated()
    return ResolvedPath(descriptor: found, path: "/" + names.joined(separator: "/"))
  }

  private mutating func advance(to name: String) throws(SystemError) {
    let entry = try openEntry(name)
    let status = try entry.lent.status(subject: path)
    if status.kind == .link {
      linksFollowed += 1
      guard linksFollowed <= PathWalk.mostLinks else {
        throw SystemError("open", path, .tooManySymbolicLinkLevels)
      }
      let target = try entry.lent.linkTarget(of: "")
      if target.hasPrefix("/") {
        trail.removeAll()
        names.removeAll()
      }
      rest.append(contentsOf: target.pathComponents.reversed().map(String.init))
      return
    }
    guard status.kind == .directory || !rest.contains(where: { $0 != "." }) else {
      throw SystemError("open", path, .notDirectory)
    }
    trail.append(SharedDescriptor(entry))
    names.append(name)
  }

  private func openEntry(_ name: String) throws(SystemError) -> OwnedDescriptor {
    // It is one name, whatever else may come to be taken for one: the kernel would follow links in it.
    guard !name.holdsSlash else { throw SystemError("open", path, .invalidArgument) }
    do throws(SystemError) {
      return try place.open(name, [.path, .noFollow])
    } catch where error.errno == .noSuchFileOrDirectory {
      do throws(SystemError) {
        try makeEntry(name)
      } catch where error.errno == .fileExists {
        // Somebody else was faster; what it is, the next call tells.
      } catch {
        throw SystemError(error.operation, path, error.errno)
      }
      return try place.open(name, [.path, .noFollow])
    }
  }

  private func makeEntry(_ name: String) throws(SystemError) {
    switch making {
    case .nothing:
      throw SystemError("open", path, .noSuchFileOrDirectory)
    case .file(let mode, _) where rest.isEmpty:
      try place.makeNode(name, .regular, DeviceNumber(major: 0, minor: 0), mode: mode)
    case .directories(let mode), .file(_, directories: let mode):
      try place.makeDirectory(name, mode: mode)
    }
  }
}
