import LinuxSystem
import RuntimeSpec

extension UserMappings {
  /// `--uidmap`, `--gidmap`, `--subuidname` and `--subgidname`.
  static func parse(_ request: NamespaceRequest) throws -> UserMappings {
    // What only one of them says holds for the other, but for what is marked `u` or `g`.
    let userTexts = request.uidMaps.isEmpty ? request.gidMaps : request.uidMaps
    let groupTexts = request.gidMaps.isEmpty ? request.uidMaps : request.gidMaps
    var users = try IDMapText.mappings(
      userTexts, for: "u", option: request.uidMaps.isEmpty ? "--gidmap" : "--uidmap",
      above: parents("uid_map"))
    var groups = try IDMapText.mappings(
      groupTexts, for: "g", option: request.gidMaps.isEmpty ? "--uidmap" : "--gidmap",
      above: parents("gid_map"))
    if let name = request.subordinateUserName {
      users = try subordinate("/etc/subuid", name, option: "--subuidname")
      if request.subordinateGroupName == nil, request.gidMaps.isEmpty {
        groups = try subordinate("/etc/subgid", name, option: "--subuidname")
      }
    }
    if let name = request.subordinateGroupName {
      groups = try subordinate("/etc/subgid", name, option: "--subgidname")
      if request.subordinateUserName == nil, request.uidMaps.isEmpty {
        users = try subordinate("/etc/subuid", name, option: "--subgidname")
      }
    }
    guard !users.isEmpty, !groups.isEmpty else {
      throw EngineError.nothingToDo(
        "both users and groups need a mapping: please give --uidmap and --gidmap")
    }
    return UserMappings(users: users, groups: groups)
  }

  private static func subordinate(
    _ path: String, _ name: String, option: String
  ) throws -> [Mapping] {
    var next: UInt32 = 0
    var maps: [Mapping] = []
    for range in try SubordinateRange.ranges(in: path, of: [name]) {
      maps.append(Mapping(containerID: next, hostID: range.first, size: range.count))
      next = next.addingReportingOverflow(range.count).partialValue
    }
    guard !maps.isEmpty else {
      throw EngineError.invalid(
        option: option, value: name, reason: "\(path) has no range for it")
    }
    return maps
  }

  /// How the numbers of our own user namespace map to those of the one above: `uid_map` or `gid_map` of
  /// user_namespaces(7).
  static func parents(_ map: String) -> [Mapping] {
    guard let text = try? readFile("/proc/self/\(map)", limit: 65536) else { return [] }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, let inside = UInt32(fields[0]), let outside = UInt32(fields[1]),
        let size = UInt32(fields[2])
      else { return nil }
      return Mapping(containerID: inside, hostID: outside, size: size)
    }
  }
}

/// One value of `--uidmap`: `[FLAGS]CONTAINER:[@]FROM[:AMOUNT]`.
struct IDMapText {
  typealias Mapping = UserMappings.Mapping

  /// Whether it takes its numbers away from the mappings before it (`+`).
  var extends: Bool
  /// `u` or `g` where it holds for users or groups alone.
  var kind: Character?
  var mapping: Mapping
  /// Whether `FROM` is a number of the host, not of our own user namespace.
  var isHosts: Bool

  init(_ text: String, option: String) throws(EngineError) {
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: option, value: text, reason: reason)
    }
    let flags = text.prefix { !$0.isNumber && $0 != ":" }
    extends = flags.contains("+")
    let kinds = flags.filter { $0 == "u" || $0 == "g" }
    kind = kinds.count == 1 ? kinds.first : nil
    guard flags.allSatisfy({ "+ug".contains($0) }), Set(flags).count == flags.count else {
      throw wrong("the flags in front are +, u and g")
    }
    let parts = text.dropFirst(flags.count).split(
      separator: ":", omittingEmptySubsequences: false)
    isHosts = parts.count > 1 && parts[1].hasPrefix("@")
    guard parts.count == 2 || parts.count == 3, let inside = UInt32(parts[0]),
      let outside = UInt32(isHosts ? parts[1].dropFirst() : parts[1]),
      let size = parts.count == 3 ? UInt32(parts[2]) : 1, size > 0
    else { throw wrong("it has to be CONTAINER:HOST[:SIZE], numbers") }
    guard !inside.addingReportingOverflow(size - 1).overflow,
      !outside.addingReportingOverflow(size - 1).overflow
    else { throw wrong("the numbers are too large") }
    mapping = Mapping(containerID: inside, hostID: outside, size: size)
  }

  /// The mappings that all values together make.
  ///
  /// - Parameters:
  ///   - kind: `u` for users, `g` for groups: values for the other are passed over.
  ///   - parents: our own user namespace.
  static func mappings(
    _ texts: [String], for kind: Character, option: String, above parents: [Mapping]
  ) throws(EngineError) -> [Mapping] {
    var result: [Mapping] = []
    var fills = !texts.isEmpty
    for text in texts {
      let value = try IDMapText(text, option: option)
      if let only = value.kind, only != kind { continue }
      if !value.extends { fills = false }
      let pieces = try value.translated(parents, text, option)
      if value.extends {
        for piece in pieces { result = result.flatMap { $0.without(piece) } }
      } else if let other = result.first(where: { old in pieces.contains(where: old.overlaps) }) {
        throw .invalid(
          option: option, value: text,
          reason: "its numbers are mapped already, by \(other.containerID):\(other.hostID):"
            + "\(other.size); + in front takes them away there")
      }
      result += pieces
    }
    if fills, !result.isEmpty { result = filled(result, from: parents) }
    return result.sorted { $0.containerID < $1.containerID }
  }

  /// With `@`: the numbers that our own namespace has for these of the host.
  private func translated(
    _ parents: [Mapping], _ text: String, _ option: String
  ) throws(EngineError) -> [Mapping] {
    guard isHosts else { return [mapping] }
    var pieces: [Mapping] = []
    var done: UInt32 = 0
    while done < mapping.size {
      let number = mapping.hostID + done
      guard
        let parent = parents.first(where: {
          number >= $0.hostID && number - $0.hostID < $0.size
        })
      else {
        throw .invalid(
          option: option, value: text,
          reason: "the host's number \(number) is not one that this user may hand out")
      }
      let offset = number - parent.hostID
      let size = min(parent.size - offset, mapping.size - done)
      pieces.append(
        Mapping(
          containerID: mapping.containerID + done, hostID: parent.containerID + offset, size: size))
      done += size
    }
    return pieces
  }

  /// Maps all numbers that are left of our own namespace to the lowest ones that are free.
  private static func filled(_ given: [Mapping], from parents: [Mapping]) -> [Mapping] {
    var left = parents.map { Mapping(containerID: 0, hostID: $0.containerID, size: $0.size) }
    for map in given { left = left.flatMap { $0.withoutHost(map) } }
    left.sort { $0.hostID < $1.hostID }
    var result = given
    let taken = given.sorted { $0.containerID < $1.containerID }
    var next: UInt64 = 0
    for range in left {
      var outside = UInt64(range.hostID)
      let end = outside + UInt64(range.size)
      while outside < end {
        if let map = taken.first(where: {
          next >= UInt64($0.containerID) && next < UInt64($0.containerID) + UInt64($0.size)
        }) {
          next = UInt64(map.containerID) + UInt64(map.size)
          continue
        }
        let limit = taken.first { UInt64($0.containerID) > next }.map { UInt64($0.containerID) }
        let size = min(end - outside, (limit ?? UInt64(UInt32.max)) - min(next, limit ?? .max))
        guard size > 0, let inside = UInt32(exactly: next), let host = UInt32(exactly: outside),
          let count = UInt32(exactly: size)
        else { return result }
        result.append(Mapping(containerID: inside, hostID: host, size: count))
        next += size
        outside += size
      }
    }
    return result
  }
}

extension UserMappings.Mapping {
  private static func parts(
    _ first: UInt32, _ size: UInt32, without other: (first: UInt32, size: UInt32)
  ) -> [(offset: UInt32, size: UInt32)] {
    let (start, end) = (UInt64(first), UInt64(first) + UInt64(size))
    let (low, high) = (UInt64(other.first), UInt64(other.first) + UInt64(other.size))
    var result: [(offset: UInt32, size: UInt32)] = []
    if min(end, low) > start { result.append((0, UInt32(min(end, low) - start))) }
    if end > max(start, high) {
      let begin = max(start, high)
      result.append((UInt32(begin - start), UInt32(end - begin)))
    }
    if low >= high || high <= start || low >= end { return [(0, size)] }
    return result
  }

  fileprivate func withoutHost(_ other: Self) -> [Self] {
    Self.parts(hostID, size, without: (other.hostID, other.size)).map {
      Self(
        containerID: containerID &+ $0.offset, hostID: hostID + $0.offset, size: $0.size)
    }
  }

  /// What is left where neither the other's numbers inside nor those outside may be mapped.
  fileprivate func without(_ other: Self) -> [Self] {
    Self.parts(containerID, size, without: (other.containerID, other.size)).map {
      Self(containerID: containerID + $0.offset, hostID: hostID + $0.offset, size: $0.size)
    }.flatMap { $0.withoutHost(other) }
  }

  fileprivate func overlaps(_ other: Self) -> Bool {
    without(other) != [self]
  }
}
