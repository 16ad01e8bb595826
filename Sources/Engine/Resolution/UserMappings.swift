import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The numbers of a container's own user namespace.
struct UserMappings {
  typealias Mapping = Spec.Linux.IDMapping

  var users: [Mapping]
  var groups: [Mapping]

  /// How many numbers our own user namespace has from 0 on: `uid_map` or `gid_map` of
  /// user_namespaces(7).
  static func available(_ map: String) -> UInt32 {
    guard let text = try? readFile("/proc/self/\(map)", limit: 65536) else { return 0 }
    var count: UInt64 = 0
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 3, let inside = UInt64(fields[0]), let size = UInt64(fields[2]) else {
        continue
      }
      if inside == count { count += size }
    }
    return UInt32(clamping: count)
  }

  /// Rootless: the user, who is 0 for us, keeps its own number; the others move up by one.
  static func keeping(
    _ own: UInt32, size: UInt32?, available: UInt32
  ) throws(EngineError) -> [Mapping] {
    // Number 0 is the user; 1 to available - 1 are the subordinate ones.
    let others = min(available > 0 ? available - 1 : 0, size.map { $0 > 0 ? $0 - 1 : 0 } ?? .max)
    let below = min(own, others)
    var maps: [Mapping] = []
    if below > 0 { maps.append(Mapping(containerID: 0, hostID: 1, size: below)) }
    maps.append(Mapping(containerID: own, hostID: 0, size: 1))
    if others > below {
      let (first, overflow) = own.addingReportingOverflow(1)
      guard !overflow else {
        throw .invalid(option: "--userns", value: "keep-id:uid=\(own)", reason: "it is too large")
      }
      maps.append(Mapping(containerID: first, hostID: 1 + below, size: others - below))
    }
    return maps
  }

  /// Rootless: the subordinate numbers only.
  static func withoutOwn(_ available: UInt32) -> [Mapping] {
    available > 1 ? [Mapping(containerID: 0, hostID: 1, size: available - 1)] : []
  }
}

/// A range of numbers that a user may hand out in user namespaces. See subuid(5).
struct SubordinateRange: Equatable {
  var first: UInt32
  var count: UInt32

  /// The ranges of a file that belong to one of these names or numbers.
  static func ranges(in path: String, of owners: [String]) throws(SystemError) -> [SubordinateRange]
  {
    let text: [UInt8]
    do {
      text = try readFile(path, limit: 1 << 24)
    } catch {
      if error.errno.rawValue == 2 { return [] }
      throw error
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":")
      guard fields.count == 3, owners.contains(String(fields[0])), let first = UInt32(fields[1]),
        let count = UInt32(fields[2]), count > 0
      else { return nil }
      return SubordinateRange(first: first, count: count)
    }
  }
}
