import CLinux
import Glibc
public import LinuxSystem
public import SystemPackage

/// How a new process comes into a container's cgroup.
///
/// Moving another process by its number makes the kernel stop the world of forks: 5 to 20 ms on an
/// idle machine. Two ways do not: starting inside, by clone3(2) with `CLONE_INTO_CGROUP` (version 2),
/// and going in oneself, a process of one thread that writes 0 to `tasks` (version 1). So the parent
/// opens the entrance, the child is cloned with `cloneDescriptor`, and calls `enter` before it makes
/// a cgroup namespace and before it gives up its view of the host.
public struct CgroupEntrance: Sendable {
  /// A v2 directory for `CLONE_INTO_CGROUP`; nil on hosts with version 1 alone.
  let clone: SharedDescriptor?
  /// The `tasks` files of the v1 directories, with their paths.
  let tasks: [(file: SharedDescriptor, path: String)]
  /// The user may not bring a process here from where this one is; it has to be given to
  /// `ContainerCgroup.add`, and through it to systemd. Only for processes beside the first.
  public let mustBeMoved: Bool
  /// What to give clone3(2) as `cgroup`, with `CLONE_INTO_CGROUP`; valid while this value lives. Nil
  /// also where a kernel or a filter knows no clone3: the process then moves itself.
  public var cloneDescriptor: FileDescriptor? { Clone.isBornInCgroup ? clone?.lent : nil }

  /// Takes the calling process, which must have one thread, the rest of the way in.
  ///
  /// - Parameter wasCloned: the process was cloned with `cloneDescriptor`.
  public func enter(wasCloned: Bool) throws(SystemError) {
    for (file, path) in tasks {
      try ControlDirectory.write("0", to: file.lent, subject: path)
    }
    if !wasCloned, let clone {
      let file = OwnedDescriptor(
        owning: try systemCall("open", "cgroup.procs") {
          clinux_openat(clone.lent.rawValue, "cgroup.procs", O_WRONLY | O_CLOEXEC, 0)
        })
      try ControlDirectory.write("0", to: file.lent, subject: "cgroup.procs")
    }
  }
}

extension ContainerCgroup {
  /// Opens the way in for a new process of the container.
  ///
  /// - Parameters:
  ///   - subgroups: cgroups below the container's, by controller; the empty key is for all that are
  ///     not named (`exec --cgroup`).
  ///   - initProcess: the container's first process, for a process that joins it later. On version 2
  ///     a container can have moved its processes into cgroups of its own below, and then none can
  ///     enter the one above; the new process goes where the first is.
  public func entrance(
    subgroups: [String: String] = [:], beside initProcess: Int32? = nil
  ) throws(CgroupError) -> CgroupEntrance {
    try checkNames(of: subgroups)
    var clone: SharedDescriptor?
    var mustBeMoved = false
    var tasks: [(file: SharedDescriptor, path: String)] = []
    for membership in memberships {
      let subgroup = subgroups[key(of: membership, in: subgroups)]
      do throws(SystemError) {
        if membership.isUnified {
          let directory = try unifiedDirectory(membership, subgroup, beside: initProcess)
          if initProcess != nil, isRootless, try !canBringProcess(to: directory, membership) {
            mustBeMoved = true
          } else {
            clone = SharedDescriptor(try directory.openDirectory())
          }
        } else {
          let directory = try Self.below(membership.directory, subgroup)
          let file = try directory.open("tasks", O_WRONLY)
          tasks.append((SharedDescriptor(file), directory.file("tasks")))
        }
      } catch {
        if error.errno == .invalidArgument { throw .invalidPath(subgroup ?? "") }
        let isAsked = subgroup != nil
        if !isAsked, mayStayOutside(membership, error) { continue }
        throw .system(error)
      }
    }
    return CgroupEntrance(clone: clone, tasks: tasks, mustBeMoved: mustBeMoved)
  }

  /// Moves a process into the cgroup by its number: the slow way, for a process that already runs or
  /// that could not be cloned into the cgroup. A user without the right to the cgroup that the
  /// process is in now has systemd move it.
  ///
  /// - Parameter subgroups: as for `entrance`.
  public func add(_ pid: Int32, subgroups: [String: String] = [:]) throws(CgroupError) {
    try checkNames(of: subgroups)
    for membership in memberships {
      let subgroup = subgroups[key(of: membership, in: subgroups)]
      do throws(SystemError) {
        try Self.add(pid, to: Self.below(membership.directory, subgroup))
      } catch {
        if error.errno == .invalidArgument, error.operation == "cgroup" {
          throw .invalidPath(subgroup ?? "")
        }
        if let scope, error.isPermission, mode == .unified {
          try scope.attach(pid, subgroup: subgroup ?? "")
        } else if !mayStayOutside(membership, error) {
          throw .system(error)
        }
      }
    }
  }

  private func checkNames(of subgroups: [String: String]) throws(CgroupError) {
    for name in subgroups.keys where !name.isEmpty {
      guard memberships.contains(where: { $0.controllers.contains(name) }) else {
        throw .invalidPath("\(name):\(subgroups[name] ?? "")")
      }
    }
  }

  private func key(of membership: Membership, in subgroups: [String: String]) -> String {
    membership.controllers.first { subgroups[$0] != nil } ?? ""
  }

  private static func add(_ pid: Int32, to directory: ControlDirectory) throws(SystemError) {
    var attempts = 5
    while true {
      do throws(SystemError) {
        return try directory.write("\(pid)", to: "cgroup.procs")
      } catch  where error.errno == .invalidArgument && attempts > 1 {
        // A process that is only just being born.
        attempts -= 1
        usleep(30_000)
      }
    }
  }

  /// A hybrid host's version 2 and the named hierarchies limit nothing; without root and without a
  /// path that was asked for, the others can be done without, too.
  private func mayStayOutside(_ membership: Membership, _ error: SystemError) -> Bool {
    if membership.isUnified, mode == .hybrid { return true }
    if membership.controllers.first?.hasPrefix("name=") == true { return true }
    return isRootless && error.isPermission
  }

  private func unifiedDirectory(
    _ membership: Membership, _ subgroup: String?, beside initProcess: Int32?
  ) throws(SystemError) -> ControlDirectory {
    let directory = try Self.below(membership.directory, subgroup)
    guard subgroup == nil, mode == .unified, let initProcess else { return directory }
    let given = try directory.readIfPresent("cgroup.subtree_control")
    if let given, given.trimmed.isEmpty { return directory }
    guard let own = try? ProcessCgroups.of(initProcess).unified,
      let clean = try? cleanCgroupPath(own)
    else { return directory }
    return ControlDirectory(path: joinPath(membership.mountPoint, clean))
  }

  /// Whether this process may bring one from its own cgroup: it must be able to write to the
  /// `cgroup.procs` of the cgroup that both are below (kernel, cgroup-v2.rst, "Delegation
  /// Containment").
  private func canBringProcess(
    to directory: ControlDirectory, _ membership: Membership
  ) throws(SystemError) -> Bool {
    let own = try ControlDirectory(path: "/proc/self").read("cgroup")
    guard let path = try? ProcessCgroups(parsing: own).unified else { return true }
    var common = ControlDirectory(path: joinPath(membership.mountPoint, path))
    while !isPath(directory.path, atOrBelow: common.path) { common = common.parent }
    return common.isWritable("cgroup.procs")
  }

  /// A directory below another, by a path that cannot lead out of it.
  ///
  /// - Throws: `invalidArgument` for a path with `..` or NUL.
  private static func below(
    _ directory: ControlDirectory, _ subgroup: String?
  ) throws(SystemError) -> ControlDirectory {
    guard let subgroup, !subgroup.isEmpty, subgroup != "/" else { return directory }
    let parts = subgroup.parts(separatedBy: "/")
    guard !parts.contains(".."), !subgroup.utf8.contains(0),
      let clean = try? cleanCgroupPath(subgroup)
    else { throw SystemError("cgroup", subgroup, .invalidArgument) }
    return directory.child(clean)
  }
}
