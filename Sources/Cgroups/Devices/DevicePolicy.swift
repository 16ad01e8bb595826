/// What a list of device rules comes to: a default and its exceptions, as the kernel's own devices
/// controller keeps them (Documentation/admin-guide/cgroup-v1/devices.rst).
///
/// Rules apply one after another, so that the last one wins, and a rule for all devices starts
/// afresh. Everything is denied at first.
struct DevicePolicy: Equatable, Sendable {
  /// Whether what no exception names is allowed.
  private(set) var allowsByDefault = false
  /// Sorted by pattern; each pattern once. They allow where the default denies, and deny where it
  /// allows.
  private(set) var exceptions: [(pattern: DevicePattern, access: DeviceAccess)] = []

  static func == (left: DevicePolicy, right: DevicePolicy) -> Bool {
    left.allowsByDefault == right.allowsByDefault
      && left.exceptions.elementsEqual(right.exceptions) { $0 == $1 }
  }

  init() {}

  init(_ rules: [DeviceRule]) throws(CgroupError) {
    for rule in rules { try apply(rule) }
  }

  /// The state of a v1 cgroup as `devices.list` tells it. Where it allows by default, the kernel
  /// does not list what it denies.
  init(parsing list: String, path: String) throws(CgroupError) {
    for line in list.lines {
      if line.utf8.first == UInt8(ascii: "a") {
        allowsByDefault = true
        exceptions = []
        continue
      }
      let words = line.words
      guard words.count == 3, let kind = words[0].utf8.first.flatMap(DevicePattern.Kind.init),
        let (major, minor) = words[1].cut(at: ":"),
        major == "*" || UInt32(major) != nil, minor == "*" || UInt32(minor) != nil,
        let access = DeviceAccess(letters: words[2])
      else { throw .malformed(path: path, text: String(line)) }
      let pattern = DevicePattern(kind: kind, major: UInt32(major), minor: UInt32(minor))
      if !allowsByDefault { add(pattern, access) }
    }
  }

  /// - Throws: `invalidValue` for a hole in a wildcard: version 1 ignores such a rule without a
  ///   word, and on version 2 it would mean something else.
  mutating func apply(_ rule: DeviceRule) throws(CgroupError) {
    guard let pattern = rule.pattern else {
      self = DevicePolicy()
      allowsByDefault = rule.isAllowed
      return
    }
    if rule.isAllowed == allowsByDefault {
      try remove(pattern, rule.access)
    } else {
      add(pattern, rule.access)
    }
  }

  func access(of pattern: DevicePattern) -> DeviceAccess {
    exceptions.first { $0.pattern == pattern }?.access ?? []
  }

  private mutating func add(_ pattern: DevicePattern, _ access: DeviceAccess) {
    let place = exceptions.firstIndex { $0.pattern >= pattern } ?? exceptions.endIndex
    if place < exceptions.endIndex, exceptions[place].pattern == pattern {
      exceptions[place].access.formUnion(access)
    } else {
      exceptions.insert((pattern, access), at: place)
    }
  }

  private mutating func remove(
    _ pattern: DevicePattern, _ access: DeviceAccess
  ) throws(CgroupError) {
    for wider in [
      DevicePattern(kind: pattern.kind, major: nil, minor: pattern.minor),
      DevicePattern(kind: pattern.kind, major: pattern.major, minor: nil),
      DevicePattern(kind: pattern.kind, major: nil, minor: nil),
    ] where wider != pattern && !self.access(of: wider).isDisjoint(with: access) {
      throw .invalidValue(
        field: "linux.resources.devices", value: "\(pattern.text) \(access.letters)",
        reason: "it is part of an earlier rule, \(wider.text) \(self.access(of: wider).letters), "
          + "and cannot be taken out of it")
    }
    guard let place = exceptions.firstIndex(where: { $0.pattern == pattern }) else { return }
    exceptions[place].access.subtract(access)
    if exceptions[place].access.isEmpty { exceptions.remove(at: place) }
  }

  /// A line for `devices.allow` or `devices.deny` of v1.
  struct Change: Equatable {
    var isAllowed: Bool
    var text: String
  }

  /// The fewest changes that make a v1 cgroup with this policy follow another. A cgroup that allows
  /// by default must start afresh: what it denies is not known.
  func changes(to target: DevicePolicy) -> [Change] {
    var changes: [Change] = []
    var old = self
    if allowsByDefault || allowsByDefault != target.allowsByDefault {
      changes.append(Change(isAllowed: target.allowsByDefault, text: "a *:* rwm"))
      old.exceptions = []
    }
    for (pattern, access) in old.exceptions {
      let dropped = access.subtracting(target.access(of: pattern))
      guard !dropped.isEmpty else { continue }
      changes.append(
        Change(isAllowed: target.allowsByDefault, text: "\(pattern.text) \(dropped.letters)"))
    }
    for (pattern, access) in target.exceptions {
      let gained = access.subtracting(old.access(of: pattern))
      guard !gained.isEmpty else { continue }
      changes.append(
        Change(isAllowed: !target.allowsByDefault, text: "\(pattern.text) \(gained.letters)"))
    }
    return changes
  }

  /// The policy of a cgroup that nobody has touched.
  static let allowingAll: DevicePolicy = {
    var policy = DevicePolicy()
    policy.allowsByDefault = true
    return policy
  }()
}
