import LinuxSystem

/// Which capabilities a container gets: the default ones, those added, less those dropped.
struct ContainerCapabilities {
  /// With `CAP_` before them, sorted.
  var all: [String]
  /// Those asked for by name, which also a user that is not root gets.
  var requested: [String]

  /// - Parameter imageLabel: `io.containers.capabilities` of the image, which can only take some away.
  init(
    _ request: SecurityRequest, isPrivileged: Bool, defaults: [String], imageLabel: String?
  ) throws(EngineError) {
    // What this process could not have itself it cannot give.
    let known = Capabilities.bounding().intersection(Capabilities.supported()).names
    let added = try Self.normalized(request.addedCapabilities, option: "--cap-add", known: known)
    let dropped = try Self.normalized(
      request.droppedCapabilities, option: "--cap-drop", known: known)
    let common = Set(added).intersection(dropped).subtracting([Self.everything])
    if let one = common.min() {
      throw .invalid(
        option: "--cap-add", value: one, reason: "it cannot be added and dropped at the same time")
    }
    var set: Set<String>
    if isPrivileged || added.contains(Self.everything) {
      set = Set(known)
    } else if dropped.contains(Self.everything) {
      set = []
    } else {
      set = Set(try Self.normalized(defaults, option: "default_capabilities", known: known))
    }
    if !dropped.contains(Self.everything) { set.subtract(dropped) }
    set.formUnion(added.filter { $0 != Self.everything })
    if dropped.contains(Self.everything), added.contains(Self.everything) {
      throw .conflict("--cap-add all", "--cap-drop all")
    }
    if let imageLabel, !imageLabel.isEmpty, !isPrivileged, request.addedCapabilities.isEmpty {
      let wanted = try Self.normalized(
        imageLabel.split(separator: ",").map(String.init), option: "io.containers.capabilities",
        known: known)
      set.formIntersection(wanted)
    }
    all = set.sorted()
    requested = added.filter { $0 != Self.everything }.sorted()
  }

  private static let everything = "ALL"

  private static func normalized(
    _ names: [String], option: String, known: [String]
  ) throws(EngineError) -> [String] {
    var result: [String] = []
    for name in names {
      let upper = name.uppercased()
      if upper == everything {
        result.append(upper)
        continue
      }
      let full = upper.hasPrefix("CAP_") ? upper : "CAP_" + upper
      guard Capabilities(name: full) != nil else {
        throw .invalid(option: option, value: name, reason: "there is no such capability")
      }
      // One that this kernel or this process does not have is none that could be had.
      if known.contains(full) { result.append(full) }
    }
    return result
  }
}
