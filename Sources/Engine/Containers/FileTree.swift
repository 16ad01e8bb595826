import Archive
import LinuxSystem
import Storage
import SystemPackage

/// A file tree that is copied from or to: that of a container, as its processes see it, or the host's.
///
/// Paths are resolved from the root's descriptor as if it were `/`, and what was found is worked on by
/// descriptor: whoever swaps links meanwhile leads nobody out of the container.
final class FileTree {
  /// For errors: `on container web`, `on the host`.
  let place: String
  /// From where relative paths go.
  private let workingDirectory: String
  private let root: SharedDescriptor
  /// What is mounted over the root where no process holds the mounts: the longest path first.
  private var mounts: [(path: String, root: SharedDescriptor)] = []
  private var undo = Undo()

  /// Something that a path led to.
  struct Found {
    var kind: FileStatus.Kind
    /// The folder that has it; the thing itself where it is a root.
    var folder: SharedDescriptor
    /// Its name in that folder; nil for a root.
    var name: String?
  }

  /// The host's files, seen from a working directory.
  init(hostFrom workingDirectory: String) throws {
    place = "on the host"
    self.workingDirectory = workingDirectory
    root = SharedDescriptor(try openFile("/", [.readOnly, .directory]))
  }

  /// A container's files. `close` has to be called.
  init(_ container: Containers.Container, _ engine: ContainerEngine) throws {
    place = "on container \(container.name)"
    workingDirectory = container.record.process.workingDirectory
    if let seen = try Self.rootOfProcess(container) {
      root = seen
      return
    }
    var undo = Undo()
    root = try Self.mountedRoot(container, engine, &undo)
    self.undo = undo
    do { try openMounts(container.record, engine) } catch { throw self.undo.all(after: error) }
  }

  /// The root where no process runs: a folder of the host, or the container's, mounted.
  private static func mountedRoot(
    _ container: Containers.Container, _ engine: ContainerEngine, _ undo: inout Undo
  ) throws -> SharedDescriptor {
    if let rootfs = container.record.rootfs {
      return SharedDescriptor(try openFile(rootfs, [.readOnly, .directory]))
    }
    let store = try engine.store
    let path = try store.mount(container: container.id)
    undo.add { try store.unmount(container: container.id) }
    do {
      return SharedDescriptor(try openFile(path, [.readOnly, .directory]))
    } catch {
      throw undo.all(after: error)
    }
  }

  /// Gives back what was mounted.
  func close() throws {
    mounts = []
    try undo.all()
    undo = Undo()
  }

  /// What the first process has for its root, with all that is mounted there; nil where none runs.
  private static func rootOfProcess(
    _ container: Containers.Container
  ) throws(SystemError) -> SharedDescriptor? {
    let state = container.state
    guard state.status == .running || state.status == .paused,
      Containers.isAlive(state.pid, state.pidStart)
    else { return nil }
    let found = SharedDescriptor(try openFile("/proc/\(state.pid)/root", [.readOnly, .directory]))
    // The number may have gone to another process just before.
    guard Containers.isAlive(state.pid, state.pidStart) else { return nil }
    return found
  }

  private func openMounts(_ record: ContainerRecord, _ engine: ContainerEngine) throws {
    for mount in record.mounts.sorted(by: { $0.destination.utf8.count > $1.destination.utf8.count })
    {
      var source = mount.source
      switch mount.kind {
      case .volume:
        source = try engine.volumes.mount(mount.source)
        undo.add { try engine.volumes.unmount(mount.source) }
        if let part = mount.subpath { source += "/" + part }
      case .bind: break
      default: continue
      }
      guard let folder = try? openFile(source, [.readOnly, .directory]) else { continue }
      mounts.append((mount.destination, SharedDescriptor(folder)))
    }
  }

  /// A user, looked up in the tree's own files.
  func user(_ text: String) throws -> ContainerUser {
    try ContainerUser(text, groups: [], in: RootDirectory(try root.lent.duplicated()))
  }

  // MARK: Paths

  /// What a path leads to, links followed; nil where there is nothing.
  func find(_ path: String) throws -> Found? {
    let absolute = absolute(path)
    if let (mounted, rest) = mount(holding: absolute) { return try find(rest, in: mounted) }
    let directory = RootDirectory(try root.lent.duplicated())
    guard let resolved = try resolve(absolute, in: directory) else { return nil }
    // A link may have led into a mount.
    if let (mounted, rest) = mount(holding: resolved) { return try find(rest, in: mounted) }
    return try found(resolved, in: directory)
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
  }

  private func mount(holding path: String) -> (root: SharedDescriptor, rest: String)? {
    let path = "/" + path.pathComponents.joined(separator: "/")
    for mount in mounts {
      if path == mount.path { return (mount.root, "/") }
      if path.hasPrefix(mount.path + "/") {
        return (mount.root, String(path.dropFirst(mount.path.utf8.count)))
      }
    }
    return nil
  }

  private func find(_ path: String, in folder: SharedDescriptor) throws -> Found? {
    let root = RootDirectory(try folder.lent.duplicated())
    guard let resolved = try resolve(path, in: root) else { return nil }
    return try found(resolved, in: root)
  }

  private func resolve(_ path: String, in root: borrowing RootDirectory) throws(SystemError)
    -> String?
  {
    do throws(SystemError) {
      let resolved = try root.resolve(path)
      return resolved.path
    } catch {
      guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else {
        throw error
      }
      return nil
    }
  }

  private func found(_ path: String, in root: borrowing RootDirectory) throws -> Found? {
    guard let name = path.pathComponents.last.map(String.init) else {
      return Found(kind: .directory, folder: SharedDescriptor(try root.lent.duplicated()))
    }
    let above = String(path.dropLast(name.count + 1))
    let parent = try root.resolve(above)
    let folder = SharedDescriptor(parent.takeDescriptor())
    guard let kind = try folder.lent.status(of: name).kind else { return nil }
    return Found(kind: kind, folder: folder, name: name)
  }

  /// A folder that was found, opened for reading.
  func open(_ found: Found) throws(SystemError) -> OwnedDescriptor {
    guard let name = found.name else {
      return try found.folder.lent.open(".", [.readOnly, .directory])
    }
    return try found.folder.lent.open(name, [.readOnly, .directory, .noFollow])
  }
}
