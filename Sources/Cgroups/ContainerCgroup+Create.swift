import CLinux
import Glibc
import LinuxSystem
public import RuntimeSpec
import SystemPackage

extension ContainerCgroup {
  /// Makes the cgroup. What was made is removed again when it fails.
  ///
  /// - Parameters:
  ///   - resources: `linux.resources`. They are not applied here, but some must be known: a cpuset
  ///     must not be empty when a process enters, systemd wants them with the unit, and a rootless
  ///     container without limits may do without a cgroup.
  ///   - pid: a process to put into it. The systemd driver needs one; with cgroupfs it is better to
  ///     let processes in by `entrance`, which costs a hundredth.
  public mutating func create(
    for resources: Spec.Linux.Resources?, containing pid: Int32? = nil
  ) throws(CgroupError) {
    let resources = resources ?? Spec.Linux.Resources()
    do throws(CgroupError) {
      if let scope {
        try scope.start(containing: pid, resources: resources, mode: mode)
        self.scope?.started = resources
      }
      var left: [Int] = []
      for index in memberships.indices {
        do throws(CgroupError) {
          try make(at: index, resources)
        } catch {
          guard mayDoWithout(memberships[index], error) else { throw error }
          left.append(index)
        }
      }
      for index in left.reversed() { memberships.remove(at: index) }
      try refuseOccupied()
      if !isJoined, mode == .unified { try refuseLimitsWithoutCgroup(resources) }
      if let pid { try add(pid) }
    } catch {
      undoCreate()
      throw error
    }
  }

  /// A directory that was there before may be another container's: that one keeps it.
  private func refuseOccupied() throws(CgroupError) {
    guard let main, !main.isFresh, scope == nil else { return }
    let count = try processes().count
    guard count == 0 else { throw .occupied(path: main.directory.path, processes: count) }
    if try isFrozen { throw .frozen(path: main.directory.path) }
  }

  /// Removes what `create` made, the newest first; what was there before stays.
  private mutating func undoCreate() {
    // A unit of this name that could not be started may be another container's.
    if let scope, scope.started != nil { try? scope.stop() }
    for membership in memberships.reversed() where membership.isFresh {
      try? membership.directory.removeTree()
    }
    removeParents()
  }

  /// Whether the container can be without its cgroup in this hierarchy.
  private func mayDoWithout(_ membership: Membership, _ error: CgroupError) -> Bool {
    // On a hybrid host the limits are on version 1; version 2 is only company.
    if membership.isUnified, mode == .hybrid { return true }
    // A named hierarchy limits nothing.
    if membership.controllers.first?.hasPrefix("name=") == true { return true }
    guard isRootless, !isPathRequired, case .system(let cause) = error else { return false }
    return cause.isPermission
  }

  private func refuseLimitsWithoutCgroup(
    _ resources: Spec.Linux.Resources
  ) throws(CgroupError) {
    if let write = try resources.unifiedWrites().first {
      throw .notJoined(field: write.field, controller: write.controller)
    }
  }

  private mutating func make(
    at index: Int, _ resources: Spec.Linux.Resources
  ) throws(CgroupError) {
    let membership = memberships[index]
    memberships[index].isFresh = try makeDirectory(of: membership)
    if membership.isUnified {
      if mode == .unified { try enableControllers(for: membership, resources) }
    } else if membership.controllers.contains("cpuset") {
      try fillCpuset(membership.directory, membership.mountPoint)
    }
    if membership.controllers.contains("cpu"), let realtime = resources.cpu?.realtimeWrites() {
      try perform(realtime, in: membership.directory)
    }
  }

  /// Makes the directory and those above it that are missing, and remembers which those were.
  mutating func makeDirectory(of membership: Membership) throws(CgroupError) -> Bool {
    var attempts = 3
    while true {
      do throws(SystemError) {
        for directory in missingParents(of: membership) where try directory.make() {
          createdParents.append(directory.path)
        }
        return try membership.directory.make()
      } catch  where error.errno == .noSuchFileOrDirectory && attempts > 1 {
        // Another container went, and took a directory above with it that had been made for it.
        attempts -= 1
      } catch { throw .system(error) }
    }
  }
}

// MARK: Version 1

extension ContainerCgroup {
  /// Gives a cpuset the processors and memory nodes of its parent: nothing can enter one that has
  /// none. What the configuration asks for is written by `apply`.
  func fillCpuset(
    _ directory: ControlDirectory, _ mountPoint: String
  ) throws(CgroupError) {
    do throws(SystemError) {
      for file in ["cpuset.cpus", "cpuset.mems"] {
        _ = try Self.filled(file, directory, mountPoint)
      }
    } catch { throw .system(error) }
  }

  /// What the file has; where it is empty it gets what the one above has, and so on up.
  private static func filled(
    _ file: String, _ directory: ControlDirectory, _ mountPoint: String
  ) throws(SystemError) -> String {
    let own = String(try directory.read(file).trimmed)
    if !own.isEmpty || directory.path == mountPoint { return own }
    let inherited = try filled(file, directory.parent, mountPoint)
    try directory.write(inherited, to: file)
    return inherited
  }
}

// MARK: Version 2

extension ContainerCgroup {
  /// The controllers that a container has for its limits and statistics.
  private static let wanted = [
    "cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc",
  ]

  /// Lets the container's cgroup have the controllers that the host has: each cgroup above it must
  /// give them on.
  private func enableControllers(
    for membership: Membership, _ resources: Spec.Linux.Resources
  ) throws(CgroupError) {
    let root = ControlDirectory(path: membership.mountPoint)
    let directory = membership.directory
    let (offered, given) = try cgroupCall { () throws(SystemError) in
      (try root.read("cgroup.controllers"), try directory.read("cgroup.controllers"))
    }
    let had = given.words
    let missing = offered.words.filter { Self.wanted.contains(String($0)) && !had.contains($0) }
    if !missing.isEmpty {
      var above: [ControlDirectory] = []
      var parent = directory.parent
      while isPath(parent.path, atOrBelow: root.path) {
        above.append(parent)
        if parent.path == root.path { break }
        parent = parent.parent
      }
      for parent in above.reversed() { Self.give(missing, in: parent) }
    }
    try checkType(directory, resources)
  }

  /// Gives controllers to the cgroups below. Some may not be had, in a container or without root:
  /// that is found out when a limit needs them.
  private static func give(_ controllers: [Substring], in directory: ControlDirectory) {
    let all = controllers.map { "+\($0)" }.joined(separator: " ")
    do throws(SystemError) {
      try directory.write(all, to: "cgroup.subtree_control")
    } catch {
      guard controllers.count > 1 else { return }
      for controller in controllers {
        try? directory.write("+\(controller)", to: "cgroup.subtree_control")
      }
    }
  }

  /// A cgroup below one that has processes is invalid, and one below a threaded cgroup can be only
  /// threaded; neither takes the controllers that count whole processes.
  private func checkType(
    _ directory: ControlDirectory, _ resources: Spec.Linux.Resources
  ) throws(CgroupError) {
    guard let text = try? directory.readIfPresent("cgroup.type") else { return }
    let type = String(text.trimmed)
    guard type == "domain invalid" || type == "threaded" || type == "domain threaded" else {
      return
    }
    let needsDomain = try resources.unifiedWrites().contains {
      ["memory", "io", "cpu", "hugetlb"].contains($0.controller)
    }
    if needsDomain { throw .unusableCgroup(path: directory.path, type: type) }
    if type == "domain invalid" { try? directory.write("threaded", to: "cgroup.type") }
  }

  /// Gives the cgroup to the container's root user, so that it can make cgroups of its own below: for
  /// a container with its own user and cgroup namespaces that may write to its cgroup file system
  /// (kernel, cgroup-v2.rst, "Delegation").
  public func delegate(to uid: UInt32) throws(CgroupError) {
    guard let unified else { return }
    let listed = try? ControlDirectory(path: "/sys/kernel/cgroup").read("delegate")
    let files = listed ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n"
    let directory = unified.directory
    try cgroupCall { () throws(SystemError) in
      try systemCall("chown", directory.path) { chown(directory.path, uid, .max) }
      for name in files.lines {
        let path = directory.file(String(name))
        do throws(SystemError) {
          try systemCall("chown", path) { chown(path, uid, .max) }
        } catch  where error.isAbsence {}
      }
    }
  }
}
