import JSON
import RuntimeSpec

/// A file of the Container Device Interface: devices of one vendor and class, and what a container gets with
/// each. See cncf-tags/container-device-interface, SPEC.md.
struct CDISpecification: JSONObject {
  var version = ""
  /// `vendor.com/class`.
  var kind = ""
  var devices: [Device] = []
  /// What a container with any of the devices gets.
  var edits: CDIEdits?

  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("cdiVersion", &version)
    try object.member("kind", &kind)
    try object.member("devices", &devices)
    try object.member("containerEdits", &edits)
  }

  struct Device: JSONObject {
    var name = ""
    var edits: CDIEdits?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("name", &name)
      try object.member("containerEdits", &edits)
    }
  }

  /// The first thing that is wrong; nil where nothing is.
  var problem: String? {
    guard version.first?.isNumber == true || version.hasPrefix("v") else {
      return "cdiVersion \"\(version)\" is no version"
    }
    guard CDIName.isKind(kind) else { return "kind \"\(kind)\" is not VENDOR/CLASS" }
    if devices.isEmpty { return "it has no devices" }
    var seen: Set<String> = []
    for device in devices {
      guard CDIName.isDevice(device.name) else { return "device \"\(device.name)\" is no name" }
      guard seen.insert(device.name).inserted else { return "device \(device.name) is there twice" }
      if let problem = device.edits?.problem { return "device \(device.name): \(problem)" }
    }
    return edits?.problem
  }
}

/// The full name of a CDI device: `vendor.com/class=name`.
struct CDIName: Equatable, CustomStringConvertible {
  var kind: String
  var name: String

  /// Nil for what is no such name, as a path.
  init?(_ text: String) {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    kind = String(text[..<equals])
    name = String(text[text.index(after: equals)...])
    guard Self.isKind(kind), Self.isDevice(name) else { return nil }
  }

  var description: String { "\(kind)=\(name)" }

  static func isKind(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy(isWord)
  }

  static func isDevice(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return [first, last].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
  }

  private static func isWord(_ text: Substring) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return first.isASCII && first.isLetter && last.isASCII && (last.isLetter || last.isNumber)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }
}

/// What a container gets with a CDI device.
struct CDIEdits: JSONObject, Equatable {
  var environment: [String]?
  var nodes: [Node]?
  var hooks: [Hook]?
  var mounts: [Mount]?
  var intelRdt: IntelRdt?
  var groups: [UInt32]?

  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("env", &environment)
    try object.member("deviceNodes", &nodes)
    try object.member("hooks", &hooks)
    try object.member("mounts", &mounts)
    try object.member("intelRdt", &intelRdt)
    try object.member("additionalGids", &groups)
  }

  struct Node: JSONObject, Equatable {
    var path = ""
    var hostPath: String?
    /// `b`, `c`, `u` or `p`; the host's own where it is not said.
    var type: String?
    var major: Int64?
    var minor: Int64?
    var mode: UInt32?
    var permissions: String?
    var uid: UInt32?
    var gid: UInt32?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("path", &path)
      try object.member("hostPath", &hostPath)
      try object.member("type", &type)
      try object.member("major", &major)
      try object.member("minor", &minor)
      try object.member("fileMode", &mode)
      try object.member("permissions", &permissions)
      try object.member("uid", &uid)
      try object.member("gid", &gid)
    }
  }

  struct Hook: JSONObject, Equatable {
    var name = ""
    var path = ""
    var arguments: [String]?
    var environment: [String]?
    var timeout: Int?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("hookName", &name)
      try object.member("path", &path)
      try object.member("args", &arguments)
      try object.member("env", &environment)
      try object.member("timeout", &timeout)
    }
  }

  struct Mount: JSONObject, Equatable {
    var hostPath = ""
    var containerPath = ""
    var type: String?
    var options: [String]?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("hostPath", &hostPath)
      try object.member("containerPath", &containerPath)
      try object.member("type", &type)
      try object.member("options", &options)
    }
  }

  struct IntelRdt: JSONObject, Equatable {
    var closID: String?
    var cacheSchema: String?
    var bandwidthSchema: String?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("closID", &closID)
      try object.member("l3CacheSchema", &cacheSchema)
      try object.member("memBwSchema", &bandwidthSchema)
    }
  }

  static let hookStages = [
    "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
  ]

  /// The first thing that is wrong; nil where nothing is.
  var problem: String? {
    for entry in environment ?? [] where !entry.contains("=") || entry.hasPrefix("=") {
      return "env \"\(entry)\" is not NAME=VALUE"
    }
    for node in nodes ?? [] {
      guard node.path.hasPrefix("/") else { return "deviceNodes: \"\(node.path)\" is no path" }
      if let type = node.type, !["b", "c", "u", "p", ""].contains(type) {
        return "deviceNodes: there is no type \(type)"
      }
      if let permissions = node.permissions, !permissions.allSatisfy({ "rwm".contains($0) }) {
        return "deviceNodes: permissions \(permissions) are not of r, w and m"
      }
    }
    for hook in hooks ?? [] {
      guard Self.hookStages.contains(hook.name) else { return "there is no hook \(hook.name)" }
      guard hook.path.hasPrefix("/") else { return "hook \(hook.name) has no absolute path" }
    }
    for mount in mounts ?? [] {
      guard !mount.hostPath.isEmpty, mount.containerPath.hasPrefix("/") else {
        return "a mount of \"\(mount.hostPath)\" on \"\(mount.containerPath)\" cannot be made"
      }
    }
    return nil
  }
}
