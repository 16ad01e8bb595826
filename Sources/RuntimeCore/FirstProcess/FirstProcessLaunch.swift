import Cgroups
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The birth of the container's first process in its namespaces, directly or by a process in between.
struct FirstProcessLaunch {
  private let namespaces: NamespacePlan
  private let timeOffsets: [String: Spec.Linux.TimeOffset]

  init(_ namespaces: NamespacePlan, timeOffsets: [String: Spec.Linux.TimeOffset]) {
    self.namespaces = namespaces
    self.timeOffsets = timeOffsets
  }

  /// Returns twice, as fork(2): in the first process, and in the runtime with a handle on it.
  ///
  /// - Parameter entrance: of the container's cgroup; where the kernel can, the process is born in it.
  func perform(into entrance: CgroupEntrance?) throws -> Clone {
    var options = CloneOptions()
    options.cgroup = entrance?.cloneDescriptor
    if namespaces.needsIntermediate(withTimeOffsets: !timeOffsets.isEmpty) {
      return try IntermediateProcess.clone(options) { try makeSibling() }
    }
    options.namespaces = namespaces.atBirth
    return try Clone.clone(options)
  }

  /// Joins what exists, sets the clocks of a new time namespace, and makes the first process.
  private func makeSibling() throws -> Clone {
    try namespaces.joinAll()
    var options = CloneOptions()
    options.isSibling = true
    options.namespaces = namespaces.atBirth
    if namespaces.isNew(.time), !timeOffsets.isEmpty {
      // Offsets can be set only while nobody is in the namespace.
      options.namespaces.remove(.time)
      try Namespaces.unshare(.time)
      try setTimeOffsets()
    }
    return try Clone.clone(options)
  }

  private func setTimeOffsets() throws {
    let lines = timeOffsets.map { "\($0.key) \($0.value.secs ?? 0) \($0.value.nanosecs ?? 0)\n" }
    try step("setting linux.timeOffsets") {
      let file = try openFile("/proc/self/timens_offsets", [.writeOnly])
      try file.lent.writeAll(lines.joined())
    }
  }
}
