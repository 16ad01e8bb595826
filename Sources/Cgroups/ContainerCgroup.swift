import LinuxSystem
import RuntimeSpec

/// The cgroup of one container: one directory on version 2, one in each hierarchy on version 1.
///
/// Its life: `create`, `apply` limits, let processes in by `entrance`, and in the end `delete`. What
/// a later command needs to find it again is its `record`.
public struct ContainerCgroup: Sendable {
  /// Who makes the directories.
  public enum Driver: Equatable, Sendable {
    /// This process, in the cgroup file system.
    case cgroupfs
    /// systemd, as a transient scope.
    case systemd
  }

  /// The directory of the container in one hierarchy.
  struct Membership: Equatable, Sendable {
    /// As in `CgroupHierarchy`.
    var controllers: [String]
    var isUnified: Bool
    /// The mount point of the hierarchy, above which nothing is touched.
    var mountPoint: String
    var directory: ControlDirectory
    /// It was made by this value, so that its files have their first contents.
    var isFresh = false
  }

  /// What the host's cgroups are.
  public let mode: CgroupLayout.Mode
  /// Whether this process may lack the right to some or all cgroups. Then a container without limits
  /// and without a `cgroupsPath` goes without those that it cannot have.
  public let isRootless: Bool

  /// Where the container is; empty when it is in no cgroup of its own.
  var memberships: [Membership]
  /// Directories above those of the container that were made for it, the outermost first.
  var createdParents: [String] = []
  /// The scope, with the systemd driver.
  var scope: SystemdScope?
  /// A path was asked for, so that it must be had.
  let isPathRequired: Bool

  /// Decides where the container's cgroup will be; nothing is made yet.
  ///
  /// - Parameters:
  ///   - layout: what the host has.
  ///   - driver: who makes it.
  ///   - path: `linux.cgroupsPath`. For cgroupfs a path, absolute from the root of each hierarchy or
  ///     relative to where this process is; for systemd `slice:prefix:name`.
  ///   - containerID: names the cgroup when there is no path.
  ///   - annotations: those of the configuration; systemd takes properties from them.
  ///   - isRootless: see the property.
  public init(
    layout: CgroupLayout, driver: Driver, path: String?, containerID: String,
    annotations: [String: String] = [:], isRootless: Bool = false
  ) throws(CgroupError) {
    mode = layout.mode
    self.isRootless = isRootless
    isPathRequired = path?.isEmpty == false
    switch driver {
    case .cgroupfs:
      memberships = try Self.memberships(layout: layout, path: path ?? "", id: containerID)
    case .systemd:
      let scope = try SystemdScope(
        path: path ?? "", containerID: containerID, annotations: annotations,
        isRootless: isRootless)
      memberships = try scope.memberships(layout: layout)
      self.scope = scope
    }
  }

  // MARK: Finding it again

  /// What a state file keeps of the cgroup.
  public struct Record: Equatable, Sendable {
    /// The directories: by controller on version 1, under the empty key on version 2.
    public var paths: [String: String]
    /// Directories above them that were made for the container, the outermost first.
    public var createdParents: [String]
    /// The systemd unit, with the systemd driver.
    public var unit: String?
    /// See `ContainerCgroup.isRootless`.
    public var isRootless: Bool

    public init(
      paths: [String: String], createdParents: [String] = [], unit: String? = nil,
      isRootless: Bool = false
    ) {
      self.paths = paths
      self.createdParents = createdParents
      self.unit = unit
      self.isRootless = isRootless
    }
  }

  /// What a later command needs to find the cgroup again.
  public var record: Record {
    Record(
      paths: paths, createdParents: createdParents, unit: scope?.unit, isRootless: isRootless)
  }

  /// The directories by controller; version 2 stands under the empty key.
  public var paths: [String: String] {
    var paths: [String: String] = [:]
    for membership in memberships {
      for key in membership.isUnified ? [""] : membership.controllers {
        paths[key] = membership.directory.path
      }
    }
    return paths
  }

  /// The cgroup that an earlier command made and recorded.
  ///
  /// - Throws: `invalidPath` for a path that is not below a cgroup mount of this host.
  public init(restoring record: Record, layout: CgroupLayout) throws(CgroupError) {
    mode = layout.mode
    isRootless = record.isRootless
    isPathRequired = true
    createdParents = record.createdParents
    scope = record.unit.map { SystemdScope(restoring: $0, isRootless: record.isRootless) }
    memberships = []
    for hierarchy in layout.hierarchies {
      guard let path = record.paths[hierarchy.key] else { continue }
      guard try cleanCgroupPath(path) == path, path != hierarchy.mountPoint,
        isPath(path, atOrBelow: hierarchy.mountPoint)
      else { throw .invalidPath(path) }
      memberships.append(Membership(hierarchy, ControlDirectory(path: path)))
    }
  }

  // MARK: Looking

  /// Whether the container is in a cgroup of its own at all.
  public var isJoined: Bool { !memberships.isEmpty }

  /// Whether the cgroup is there.
  public var exists: Bool { main?.directory.exists ?? false }

  /// The directory that stands for the whole: version 2, else one that every container has.
  var main: Membership? {
    if mode == .unified { return memberships.first }
    for controller in ["devices", "freezer", "pids"] {
      if let found = membership(controller) { return found }
    }
    return memberships.first
  }

  /// The directory of version 2, also on hybrid hosts.
  var unified: Membership? { memberships.last { $0.isUnified } }

  /// The directory in which a controller's files are.
  func membership(_ controller: String) -> Membership? {
    if mode == .unified { return memberships.first }
    return memberships.first { $0.controllers.contains(controller) }
  }
}

extension ContainerCgroup.Membership {
  init(_ hierarchy: CgroupHierarchy, _ directory: ControlDirectory) {
    self.init(
      controllers: hierarchy.controllers, isUnified: hierarchy.isUnified,
      mountPoint: hierarchy.mountPoint, directory: directory)
  }
}

extension ContainerCgroup {
  /// The directories of the cgroupfs driver.
  private static func memberships(
    layout: CgroupLayout, path: String, id: String
  ) throws(CgroupError) -> [Membership] {
    let clean = try cleanCgroupPath(path.isEmpty ? id : path)
    guard !clean.isEmpty, clean != "/" else { throw .invalidPath(path) }
    var memberships: [Membership] = []
    if clean.hasPrefix("/") {
      for hierarchy in layout.hierarchies {
        let directory = ControlDirectory(path: joinPath(hierarchy.mountPoint, clean))
        memberships.append(Membership(hierarchy, directory))
      }
      return memberships
    }
    let own: ProcessCgroups
    if let known = layout.own { own = known } else { own = try ProcessCgroups.of() }
    for var hierarchy in layout.hierarchies {
      guard let ownPath = own.path(in: hierarchy) else { continue }
      var base = try hierarchy.directory(ofProcessPath: ownPath)
      if layout.mode == .unified {
        // In a container without a cgroup namespace, only a part may be mounted.
        if !base.exists, let mounted = try? Self.mountedUnified() {
          hierarchy = mounted
          base = try hierarchy.directory(ofProcessPath: ownPath)
        }
        // A cgroup with processes cannot give controllers to cgroups below it; the one above this
        // process's has none.
        if base.path != hierarchy.mountPoint { base = base.parent }
      }
      memberships.append(Membership(hierarchy, base.child(clean)))
    }
    return memberships
  }

  private static func mountedUnified() throws(CgroupError) -> CgroupHierarchy? {
    let table = try cgroupCall { () throws(SystemError) in
      try ControlDirectory(path: "/proc/self").read("mountinfo")
    }
    return try CgroupLayout(mountTable: table).unified
  }
}

extension ContainerCgroup {
  /// The cgroup that a process is in; it is in none where it is in the root of every hierarchy.
  ///
  /// - Parameter process: a first process of a container.
  public init(of process: Int32, layout: CgroupLayout) throws(CgroupError) {
    let places = try ProcessCgroups.of(process)
    mode = layout.mode
    isRootless = false
    isPathRequired = false
    memberships = []
    for hierarchy in layout.hierarchies {
      guard var path = places.path(in: hierarchy), path != hierarchy.root else { continue }
      if hierarchy.root != "/", isPath(path, atOrBelow: hierarchy.root) {
        path = String(path.dropFirst(hierarchy.root.count))
      }
      guard path != "/", try cleanCgroupPath(path) == path else { continue }
      let directory = ControlDirectory(path: joinPath(hierarchy.mountPoint, path))
      memberships.append(Membership(hierarchy, directory))
    }
  }
}
