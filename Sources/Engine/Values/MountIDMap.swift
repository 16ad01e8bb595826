import RuntimeSpec

/// The mapping of an ID-mapped mount: `uids=0-1-10#10-11-10;gids=@0-100-10`, the first number of the files, the
/// number that it becomes, and how many. With `@` the second is one of the container's.
struct MountIDMap: Equatable {
  typealias Mapping = Spec.Linux.IDMapping

  /// Ranges of one kind.
  struct Ranges: Equatable {
    var mappings: [Mapping] = []
    var isRelative = false
  }

  var users = Ranges()
  var groups = Ranges()

  /// Nil for what says nothing of the kind.
  init?(_ text: String) {
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, let ranges = Ranges(sides[1]) else { return nil }
      switch sides[0] {
      case "uids": users = ranges
      case "gids": groups = ranges
      default: return nil
      }
    }
    guard !users.mappings.isEmpty, !groups.mappings.isEmpty else { return nil }
  }
}

extension MountIDMap.Ranges {
  init?(_ text: Substring) {
    isRelative = text.hasPrefix("@")
    for range in text.split(separator: "#", omittingEmptySubsequences: false) {
      let bare = range.hasPrefix("@") ? range.dropFirst() : range
      let numbers = bare.split(separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 3, let first = UInt32(numbers[0]), let second = UInt32(numbers[1]),
        let size = UInt32(numbers[2]), size > 0
      else { return nil }
      mappings.append(.init(containerID: first, hostID: second, size: size))
    }
  }

  /// The ranges with numbers of the host, given the container's user namespace.
  func resolved(_ users: [MountIDMap.Mapping]) -> [MountIDMap.Mapping] {
    guard isRelative, !users.isEmpty else { return mappings }
    return mappings.map { range in
      guard
        let map = users.first(where: {
          range.hostID >= $0.containerID && range.hostID - $0.containerID < $0.size
        })
      else { return range }
      let host = map.hostID.addingReportingOverflow(range.hostID - map.containerID).partialValue
      return .init(containerID: range.containerID, hostID: host, size: range.size)
    }
  }
}
