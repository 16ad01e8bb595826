import LinuxSystem
import SystemPackage

/// Sources of bind mounts that the container's maker opened for its first process, by their place
/// in `mounts`.
struct MountSources {
  static let none = MountSources()

  private var sources: [(index: Int, mount: SharedDescriptor)] = []

  fileprivate mutating func add(_ mount: consuming OwnedDescriptor, _ index: Int) {
    sources.append((index, SharedDescriptor(mount)))
  }

  subscript(index: Int) -> SharedDescriptor? { sources.first { $0.index == index }?.mount }
}

extension RootFilesystem {
  /// Opens what the first process may not open itself: ID-mapped mounts, and, where it will be in a
  /// user namespace, sources behind directories that only we may enter.
  ///
  /// - Parameter mappings: those of the container's new user namespace, if it has one.
  func openSourcesInParent(_ mappings: IDMappings?) throws -> MountSources {
    var sources = MountSources()
    for mount in mounts {
      guard case .bind(let path) = mount.kind, mount.isIDMapped || mappings != nil else { continue }
      let recursive = mount.options.flags.contains(.recursive)
      do {
        let copy = try cloneMount(path, recursive: recursive)
        // The copy is a peer of the host's mount; the container's must not reach it.
        try copy.lent.changeMount(propagation: .slave, recursive: true, subject: path)
        if mount.isIDMapped { try map(mount, copy.lent, mappings) }
        sources.add(copy, mount.index)
      } catch where !mount.isIDMapped {
        // The first process will try by itself, and tell what is wrong.
      } catch {
        throw error
      }
    }
    return sources
  }

  private func map(
    _ mount: PlannedMount, _ copy: FileDescriptor, _ container: IDMappings?
  ) throws {
    var mappings = container
    if !mount.uidMappings.isEmpty {
      mappings = IDMappings(users: mount.uidMappings, groups: mount.gidMappings)
    }
    guard let mappings else {
      throw RuntimeError.unsupported(
        field: mount.field("uidMappings"),
        reason: "they are missing, and a user namespace that is joined does not tell its own")
    }
    let namespace = try step(mount.field("uidMappings")) { try userNamespace(mappings) }
    do {
      try copy.changeMount(
        userNamespace: namespace.lent, recursive: mount.options.idMapped == .withSubmounts,
        subject: mount.source)
    } catch where error.errno == .invalidArgument || error.errno == .noFunction {
      throw RuntimeError.unsupported(
        field: mount.field("options"),
        reason: "the file system of \(mount.source) knows no ID-mapped mounts (\(error))")
    } catch {
      throw error
    }
  }

  /// A user namespace with these mappings, which nobody is in.
  private func userNamespace(_ mappings: IDMappings) throws -> OwnedDescriptor {
    var options = CloneOptions()
    options.namespaces = .user
    var lifeline = try Pipe()
    switch try Clone.clone(options) {
    case .child:
      // It lives as long as its maker holds the other end.
      lifeline.writing = nil
      if let end = lifeline.reading.take() {
        _ = try? end.lent.readToEnd(limit: 1)
        try? end.close()
      }
      CurrentProcess.exit(0)
    case .parent(let process):
      defer {
        lifeline.writing = nil
        _ = try? process.wait()
      }
      try mappings.write(to: process.id)
      return try openFile("/proc/\(process.id)/ns/user", [.readOnly])
    }
  }
}
