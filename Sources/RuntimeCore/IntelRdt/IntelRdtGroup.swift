import LinuxSystem
import RuntimeSpec
import SystemPackage

/// A container's class of Intel RDT, and the group that monitors it: `linux.intelRdt`.
///
/// The class is a folder of resctrl, named by `closID` or else by the container. Who finds it there
/// already only joins it: it belongs to whoever made it.
struct IntelRdtGroup {
  private static let field = "linux.intelRdt"

  private let control: ResourceControl
  private let config: Spec.Linux.IntelRdt
  /// The folder of the class.
  let path: String
  /// The folder of the monitoring group, if the container has its own.
  let monitoringPath: String?

  /// Decides where the container's class is. Changes nothing.
  ///
  /// - Throws: `unsupported` for what this machine cannot do.
  init(_ config: Spec.Linux.IntelRdt, _ id: ContainerID, _ control: ResourceControl) throws {
    self.config = config
    self.control = control
    let name = config.closID ?? id.description
    path = name == "/" ? control.path : "\(control.path)/\(name)"
    monitoringPath = config.enableMonitoring == true ? "\(path)/mon_groups/\(id)" : nil
    if config.l3CacheSchema != nil {
      try control.require("L3", for: "\(Self.field).l3CacheSchema")
    }
    if config.memBwSchema != nil {
      try control.require("MB", for: "\(Self.field).memBwSchema")
    }
    if monitoringPath != nil {
      try control.require("L3_MON", for: "\(Self.field).enableMonitoring")
    }
  }

  /// The class of a container's configuration, if it has one.
  init?(_ config: Spec.Linux.IntelRdt?, _ id: ContainerID) throws {
    guard let config else { return nil }
    try self.init(config, id, ResourceControl.find(for: Self.field))
  }

  /// The folder that `create` will make: `remove` takes it away with all that is in it.
  ///
  /// A class with a name of its own stays, as others may use it; only the container's monitoring
  /// group in it goes.
  func ownPath() throws -> String? {
    try config.closID == nil && !isThere() ? path : monitoringPath
  }

  private func isThere() throws -> Bool {
    do throws(SystemError) {
      _ = try openFile(path, [.path, .directory])
      return true
    } catch where error.errno == .noSuchFileOrDirectory {
      return false
    } catch { throw error }
  }

  private var schemata: [String] {
    [config.l3CacheSchema, config.memBwSchema].compactMap(\.self) + (config.schemata ?? [])
  }

  /// Makes what is missing, sets the schemata, and puts a process into it.
  func create(for process: ProcessID) throws {
    if try !isThere() {
      if config.closID != nil, schemata.isEmpty {
        throw RuntimeError.unsupported(
          field: "\(Self.field).closID",
          reason: "\(path) does not exist; make it, or name its schemata")
      }
      try makeDirectory(path, mode: 0o755)
    }
    try write(schemata)
    if let monitoringPath { try makeDirectory(monitoringPath, mode: 0o755) }
    try add(process)
  }

  /// Puts a process into the class.
  func add(_ process: ProcessID) throws {
    try control.write("\(process)", to: "\(path)/tasks")
    if let monitoringPath { try control.write("\(process)", to: "\(monitoringPath)/tasks") }
  }

  /// Sets lines of the class's schemata.
  func write(_ lines: [String]) throws {
    if lines.isEmpty { return }
    try control.write(lines.map { $0 + "\n" }.joined(), to: "\(path)/schemata")
  }

  /// Removes a folder that `ownPath` named; its processes fall back to the class above.
  static func remove(_ path: String) throws {
    do throws(SystemError) {
      let slash = path.lastIndex(of: "/") ?? path.startIndex
      let parent = try openFile(String(path[..<slash]), [.readOnly, .directory])
      try parent.lent.removeDirectory(String(path[path.index(after: slash)...]))
    } catch where error.errno == .noSuchFileOrDirectory {
      // It is gone already.
    } catch { throw error }
  }
}

/// Changes lines of the schemata of a container's class of Intel RDT.
public func updateIntelRdt(
  _ id: ContainerID, schemata: [String], _ context: RuntimeContext
) throws {
  let container = try Container.find(id, context)
  guard let group = try IntelRdtGroup(container.spec.linux?.intelRdt, id) else {
    throw RuntimeError.invalid(
      field: "linux.intelRdt", reason: "container \(id) was created without it")
  }
  try step("updating the schemata of container \(id)") { try group.write(schemata) }
}
