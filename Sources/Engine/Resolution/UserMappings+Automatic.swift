import EngineConfig
import ImageSpec
import LinuxSystem
import RuntimeSpec
import Storage

extension UserMappings {
  /// A range that no other container has: as root out of what /etc/subuid gives to `containers` (or whom
  /// storage.conf's `root-auto-userns-user` names), rootless out of the user's own.
  static func automatic(
    _ asked: NamespaceMode.AutomaticRange, engine: ContainerEngine, image: ContainerImage?,
    request: ContainerRequest
  ) throws -> UserMappings {
    let size = try asked.size ?? neededSize(engine, image, request)
    let users = try pool("/etc/subuid", "uid_map", engine)
    let groups = try pool("/etc/subgid", "gid_map", engine)
    var taken: [SubordinateRange] = []
    for container in try engine.containers.all() {
      guard case .auto = container.record.namespaces.user else { continue }
      for map in container.record.namespaces.uidMappings {
        taken.append(SubordinateRange(first: map.hostID, count: map.size))
      }
    }
    guard let first = free(size, in: users, without: taken),
      free(size, in: groups, without: taken) != nil
    else {
      throw EngineError.unsupported(
        "--userns auto",
        reason: "no \(size) consecutive numbers are free in the ranges of "
          + (engine.configuration.user.isRootless ? "the user" : "the user \(owner(engine))")
          + " in /etc/subuid and /etc/subgid")
    }
    var maps = UserMappings(
      users: try IDMapText.mappings(
        asked.uidMappings, for: "u", option: "--userns auto:uidmapping", above: parents("uid_map")),
      groups: try IDMapText.mappings(
        asked.gidMappings, for: "g", option: "--userns auto:gidmapping", above: parents("gid_map")))
    maps.users = filled(maps.users, first: first, size: size)
    maps.groups = filled(maps.groups, first: first, size: size)
    return maps
  }

  /// Whose ids they are where root runs containers.
  private static func owner(_ engine: ContainerEngine) -> String {
    engine.configuration.storeOptions.autoUserNamespaceUser ?? "containers"
  }

  /// How many numbers the image's users and groups and the asked user need; within what storage.conf allows.
  private static func neededSize(
    _ engine: ContainerEngine, _ image: ContainerImage?, _ request: ContainerRequest
  ) throws -> UInt32 {
    let bounds = engine.configuration.storeOptions.autoUserNamespaceSizes
    var highest = max(bounds.lowerBound, 1) - 1
    if let image {
      let store = try engine.store
      let path = try store.mount(image: image.id)
      defer { _ = try? store.unmount(image: image.id) }
      let root = RootDirectory(try openFile(path, [.path, .directory]))
      highest = max(highest, try ContainerUser.highestNumber(in: root))
    }
    let user = request.process.user ?? image?.parameters.user ?? ""
    for part in user.split(separator: ":") + request.process.groups.map({ $0[...] }) {
      if let number = UInt32(part) { highest = max(highest, number) }
    }
    return min(highest, max(bounds.upperBound, 1) - 1) + 1
  }

  private static func pool(
    _ path: String, _ map: String, _ engine: ContainerEngine
  ) throws -> [SubordinateRange] {
    if engine.configuration.user.isRootless {
      let count = available(map)
      return count > 1 ? [SubordinateRange(first: 1, count: count - 1)] : []
    }
    let owner = owner(engine)
    let ranges = try SubordinateRange.ranges(in: path, of: [owner])
    guard !ranges.isEmpty else {
      throw EngineError.unsupported(
        "--userns auto",
        reason: "\(path) has no range for the user \(owner); please add one, for example with "
          + "'echo \(owner):2147483647:2147483648 >> \(path)'")
    }
    return ranges
  }

  /// The first number of a row of this length that nobody has.
  static func free(
    _ size: UInt32, in pool: [SubordinateRange], without taken: [SubordinateRange]
  ) -> UInt32? {
    for range in pool {
      var start = UInt64(range.first)
      let end = UInt64(range.first) + UInt64(range.count)
      while start + UInt64(size) <= end {
        let next = taken.filter {
          UInt64($0.first) < start + UInt64(size) && UInt64($0.first) + UInt64($0.count) > start
        }.map { UInt64($0.first) + UInt64($0.count) }.max()
        guard let next else { return UInt32(exactly: start) }
        start = next
      }
    }
    return nil
  }

  /// Maps what is given as it is, and all other numbers below `size` to the row.
  private static func filled(_ given: [Mapping], first: UInt32, size: UInt32) -> [Mapping] {
    let given = given.sorted { $0.containerID < $1.containerID }
    var maps: [Mapping] = []
    var inside: UInt32 = 0
    var outside = first
    for map in given {
      if map.containerID > inside, inside < size {
        let count = min(map.containerID, size) - inside
        maps.append(Mapping(containerID: inside, hostID: outside, size: count))
        outside += count
      }
      maps.append(map)
      inside = max(inside, map.containerID.addingReportingOverflow(map.size).partialValue)
    }
    if inside < size {
      maps.append(Mapping(containerID: inside, hostID: outside, size: size - inside))
    }
    return maps
  }
}
