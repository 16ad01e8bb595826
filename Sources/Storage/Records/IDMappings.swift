public import JSON

/// A range of ids of a user namespace and where it stands outside, as stores record it.
public struct IDMap: Equatable, Sendable {
  public var containerID: UInt32
  public var hostID: UInt32
  public var size: UInt32

  public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
    self.containerID = containerID
    self.hostID = hostID
    self.size = size
  }
}

extension IDMap: JSONObject {
  public static var blank: IDMap { IDMap(containerID: 0, hostID: 0, size: 0) }
  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("container_id", &containerID)
    try object.member("host_id", &hostID)
    try object.member("size", &size)
  }
}

/// The users and groups of a user namespace; empty where ids are the host's.
public struct IDMappings: Equatable, Sendable {
  public var users: [IDMap]
  public var groups: [IDMap]

  public init(users: [IDMap] = [], groups: [IDMap] = []) {
    self.users = users
    self.groups = groups
  }

  public var isEmpty: Bool { users.isEmpty && groups.isEmpty }

  /// The id outside of an id inside; nil where it has none.
  public static func host(of id: UInt32, in map: [IDMap]) -> UInt32? {
    if map.isEmpty { return id }
    for range in map where id >= range.containerID && id - range.containerID < range.size {
      return (id - range.containerID).addingReportingOverflow(range.hostID).partialValue
    }
    return nil
  }

  /// The id inside of an id outside; nil where it has none.
  public static func container(of id: UInt32, in map: [IDMap]) -> UInt32? {
    if map.isEmpty { return id }
    for range in map where id >= range.hostID && id - range.hostID < range.size {
      return (id - range.hostID).addingReportingOverflow(range.containerID).partialValue
    }
    return nil
  }
}
