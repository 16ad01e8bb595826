import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The user and group ids of a user namespace, and how they are written. See user_namespaces(7).
struct IDMappings {
  typealias Mapping = Spec.Linux.IDMapping

  let users: [Mapping]
  let groups: [Mapping]

  /// Writes the mappings of a process that has just been made in a new user namespace.
  ///
  /// Whoever lacks the right to map ids of others needs the set-uid programs newuidmap and
  /// newgidmap of Debian's package uidmap, which follow /etc/subuid and /etc/subgid; a single
  /// mapping of one's own id needs nothing, but then groups cannot be set.
  func write(to process: ProcessID) throws {
    let isPrivileged = CurrentProcess.effectiveUserID == 0
    let isOwnGroup =
      groups.count == 1 && groups[0].size == 1
      && groups[0].hostID == CurrentProcess.effectiveGroupID
    let isOwnUser =
      users.count == 1 && users[0].size == 1
      && users[0].hostID == CurrentProcess.effectiveUserID
    let directory = try openFile("/proc/\(process)", [.readOnly, .directory])
    if isPrivileged || isOwnGroup {
      if !isPrivileged { try IDMappings.write("deny", to: "setgroups", directory.lent) }
      try IDMappings.write(IDMappings.text(groups), to: "gid_map", directory.lent)
    } else {
      try IDMappings.run("newgidmap", process, groups)
    }
    if isPrivileged || isOwnUser {
      try IDMappings.write(IDMappings.text(users), to: "uid_map", directory.lent)
    } else {
      try IDMappings.run("newuidmap", process, users)
    }
  }

  /// The id outside of the namespace that an id inside stands for; `nil` if there is none.
  static func hostID(_ id: UInt32, _ mappings: [Mapping]) -> UInt32? {
    for mapping in mappings where id >= mapping.containerID {
      let offset = id - mapping.containerID
      guard offset < mapping.size else { continue }
      let (host, overflows) = mapping.hostID.addingReportingOverflow(offset)
      return overflows ? nil : host
    }
    return nil
  }

  private static func text(_ mappings: [Mapping]) -> String {
    mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
  }

  private static func write(_ text: String, to name: String, _ process: FileDescriptor) throws {
    try step("writing \(name)") {
      let file = try process.open(name, [.writeOnly])
      try file.lent.writeAll(text)
    }
  }

  private static func run(_ program: String, _ process: ProcessID, _ mappings: [Mapping]) throws {
    let numbers = mappings.flatMap { ["\($0.containerID)", "\($0.hostID)", "\($0.size)"] }
    guard let path = HostProgram.find(program) else {
      throw RuntimeError.unsupported(
        field: program == "newuidmap" ? "linux.uidMappings" : "linux.gidMappings",
        reason: "\(program) is not in PATH; install it (Debian: apt-get install uidmap)")
    }
    let result = try HostProgram.run(path, ["\(process)"] + numbers)
    guard result.status == .exited(0) else {
      throw RuntimeError.step(
        "\(program) \(process) \(numbers.joined(separator: " "))",
        RuntimeError.processFailed(
          result.output.isEmpty ? "it failed without a message" : result.output))
    }
  }
}
