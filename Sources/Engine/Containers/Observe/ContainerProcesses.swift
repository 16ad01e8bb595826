import Cgroups
import LinuxSystem
import SystemPackage

/// A process of a container, read from the host's /proc: nothing inside the container is run or asked.
public struct ContainerProcessInfo: Sendable {
  /// Its number on the host, and as the container sees it.
  public var hostID: Int32
  public var id: Int32
  /// /proc/PID/stat, fields after the name: the state is the first.
  var stat: [String]
  /// /proc/PID/status.
  var status: [String: String]
  public var command: String
  public var arguments: [String]
  /// Its user and group, seen from the container.
  public var uid: UInt32
  public var gid: UInt32
  public var groups: [UInt32]
  /// The same on the host.
  public var hostUID: UInt32
  public var hostGID: UInt32
  public var hostGroups: [UInt32]
  public var label: String

  /// Reads one; nil when it is gone.
  init?(_ id: Int32) {
    func text(_ file: String) -> String? {
      (try? readFile("/proc/\(id)/\(file)", limit: 1 << 20)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    guard let stat = text("stat"), let end = stat.lastIndex(of: ")"),
      let status = text("status"), let begin = stat.firstIndex(of: "(")
    else { return nil }
    hostID = id
    command = String(stat[stat.index(after: begin)..<end])
    self.stat = stat[stat.index(after: end)...].split { $0 == " " || $0 == "\n" }.map(String.init)
    var fields: [String: String] = [:]
    for line in status.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(
        line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " })
    }
    self.status = fields
    func numbers(_ name: String) -> [UInt32] {
      (fields[name] ?? "").split { $0 == "\t" || $0 == " " }.compactMap { UInt32($0) }
    }
    self.id = numbers("NSpid").last.map { Int32(clamping: $0) } ?? id
    let (users, groups) = (numbers("Uid"), numbers("Gid"))
    // The kernel tells numbers as they are in the reader's own user namespace.
    let isOurs = Self.userNamespace(of: "\(id)") == Self.userNamespace(of: "self")
    let (userMap, groupMap) = (Self.map(text("uid_map")), Self.map(text("gid_map")))
    func inside(_ number: UInt32, _ map: [Mapping]) -> UInt32 {
      isOurs ? number : Self.inside(number, map)
    }
    let seen = (
      user: users.count > 1 ? users[1] : 0, group: groups.count > 1 ? groups[1] : 0,
      groups: numbers("Groups")
    )
    uid = inside(seen.user, userMap)
    gid = inside(seen.group, groupMap)
    self.groups = seen.groups.map { inside($0, groupMap) }
    let own = Self.ownMaps
    hostUID = Self.outside(seen.user, own.users)
    hostGID = Self.outside(seen.group, own.groups)
    hostGroups = seen.groups.map { Self.outside($0, own.groups) }
    arguments = (text("cmdline") ?? "").split(separator: "\0", omittingEmptySubsequences: false)
      .map(String.init)
    if arguments.last?.isEmpty ?? false { arguments.removeLast() }
    label = (text("attr/current") ?? "").filter { !$0.isNewline && $0 != "\0" }
  }

  private typealias Mapping = (inside: UInt32, outside: UInt32, count: UInt32)

  /// The maps of this process's namespace, which lead to the host where it is a user's.
  private static let ownMaps: (users: [Mapping], groups: [Mapping]) = {
    func read(_ name: String) -> [Mapping] {
      map(
        (try? readFile("/proc/self/\(name)", limit: 1 << 20)).map {
          String(decoding: $0, as: UTF8.self)
        })
    }
    return (read("uid_map"), read("gid_map"))
  }()

  private static func userNamespace(of process: String) -> String? {
    try? linkTarget(of: "/proc/\(process)/ns/user")
  }

  private static func map(_ text: String?) -> [Mapping] {
    (text ?? "").split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : nil
    }
  }

  private static func outside(_ id: UInt32, _ map: [Mapping]) -> UInt32 {
    for part in map where id >= part.inside && id - part.inside < part.count {
      return part.outside &+ (id - part.inside)
    }
    return id
  }

  private static func inside(_ id: UInt32, _ map: [Mapping]) -> UInt32 {
    for part in map where id >= part.outside && id - part.outside < part.count {
      return part.inside &+ (id - part.outside)
    }
    return 65534
  }

  /// A field of /proc/PID/stat by its number in proc_pid_stat(5).
  func statField(_ number: Int) -> Int64 {
    stat.indices.contains(number - 3) ? Int64(stat[number - 3]) ?? 0 : 0
  }
}

extension Containers {
  /// The processes of a running container, the first one first.
  public func processes(_ nameOrID: String) throws -> [ContainerProcessInfo] {
    let container = try lookUp(nameOrID)
    guard container.state.status == .running || container.state.status == .paused else {
      throw EngineError.wrongState(
        container: container.name, container.state.status,
        reason:
          "\(container.name) is \(container.state.status.rawValue): top can only be used on running containers"
      )
    }
    return try processIDs(container).sorted().compactMap { ContainerProcessInfo($0) }
  }

  private func processIDs(_ container: Container) throws -> [Int32] {
    let first = container.state.pid
    if let layout = try? CgroupLayout.detect(),
      let cgroup = try? ContainerCgroup(of: first, layout: layout),
      let own = try? ContainerCgroup(of: CurrentProcess.id, layout: layout),
      cgroup.isJoined, cgroup.paths != own.paths, let found = try? cgroup.processes(),
      found.contains(first)
    {
      return found
    }
    // Without a cgroup of its own: who shares its namespace of processes.
    let place = try? linkTarget(of: "/proc/\(first)/ns/pid")
    let proc = try openFile("/proc", [.readOnly, .directory])
    return try proc.lent.entryNames().compactMap { Int32($0) }.filter {
      (try? linkTarget(of: "/proc/\($0)/ns/pid")) == place
    }
  }

  /// The names of users and groups, from the container's own files.
  public func names(_ nameOrID: String) throws -> (
    users: [UInt32: String], groups: [UInt32: String]
  ) {
    let container = try lookUp(nameOrID)
    let root = RootDirectory(
      try openFile("/proc/\(container.state.pid)/root", [.path, .directory]))
    func names(_ path: String) -> [UInt32: String] {
      var names: [UInt32: String] = [:]
      for line in (try? ContainerUser.entries(path, in: root)) ?? [] where line.count > 2 {
        if let number = UInt32(line[2]), names[number] == nil { names[number] = line[0] }
      }
      return names
    }
    return (names("/etc/passwd"), names("/etc/group"))
  }
}
