import Cgroups
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Saves a running container's processes to files, and removes the container unless it is to go on.
///
/// It takes the program CRIU, and root's rights.
public func checkpointContainer(
  _ id: ContainerID, _ options: CheckpointOptions, _ context: RuntimeContext
) throws {
  let container = try Container.find(id, context)
  try container.require(.running, .paused, for: "checkpoint")
  let criu = try Criu.find(options.criu.program, context.log)
  var checkpoint = try Checkpoint(container, options, criu)
  try checkpoint.perform()
  if !options.leaveRunning, !options.preDump { try container.destroy() }
}

/// The saving of one container.
struct Checkpoint {
  static let logFile = "dump.log"

  private let criu: Criu
  private let choices: CheckpointOptions
  private let folders: CriuFolders
  private var statusDescriptor: SharedDescriptor?
  private let request: CriuRequest
  private let log: RuntimeLog

  init(
    _ container: borrowing Container, _ choices: CheckpointOptions, _ criu: Criu
  ) throws {
    self.criu = criu
    self.choices = choices
    log = container.context.log
    if choices.preDump { try criu.require(.memoryTracking, for: "--pre-dump") }
    if choices.criu.lazyPages { try criu.require(.lazyPages, for: "--lazy-pages") }
    statusDescriptor = try Self.openStatusDescriptor(choices, criu)
    folders = try CriuFolders(choices.criu, makesImages: true, logFile: Self.logFile)
    var options = folders.options(choices.criu, logFile: Self.logFile)
    options.configurationFile = try CriuConfigurationFile.path(container.spec.annotations)
    options.root = container.rootPath
    options.processID = container.processID
    options.leaveRunning = choices.leaveRunning
    options.tcpSkipInFlight = choices.tcpSkipInFlight
    options.linkRemap = choices.linkRemap
    options.pageServer = choices.pageServer
    options.external = try Self.externalNamespaces(container.spec, criu)
    options.freezerCgroup = Self.freezer(container.state, criu)
    if let parent = choices.parentPath, !parent.isEmpty {
      try folders.checkParent(parent)
      options.parentImage = parent
      options.trackMemory = true
    }
    if choices.preDump { options.trackMemory = true }
    if !choices.preDump { try Self.describeOutside(container, &options, folders.images.lent) }
    request = CriuRequest(choices.preDump ? .preDump : .dump, options: options)
  }

  mutating func perform() throws {
    var status = statusDescriptor
    statusDescriptor = nil
    try folders.log.explaining {
      var session = try CriuSession.start(criu.path, streams: .none)
      _ = try session.perform(request) { notification, _ in
        log.debug("criu: \(notification.script)")
        // The network's lock and unlock are for interfaces that the runtime made: it makes none.
        guard notification.script == "status-ready", let descriptor = status else { return }
        try descriptor.lent.writeAll([0], subject: "--status-fd")
        // Its reader waits for the end, too.
        status = nil
      }
    }
  }

  private static func openStatusDescriptor(
    _ choices: CheckpointOptions, _ criu: Criu
  ) throws -> SharedDescriptor? {
    guard choices.criu.lazyPages, let number = choices.statusDescriptor else { return nil }
    try criu.require(CriuVersion(3, 15), for: "--status-fd")
    let descriptor = FileDescriptor(rawValue: number)
    guard number > 2, descriptor.isOpen else {
      throw RuntimeError.invalid(field: "--status-fd", reason: "\(number) is no open descriptor")
    }
    // CRIU must not inherit it: its reader waits for the end.
    try descriptor.setCloseOnExecution(true)
    return SharedDescriptor(OwnedDescriptor(owning: descriptor))
  }

  /// What the dump must know of what lies outside, and what the restore will need of it.
  private static func describeOutside(
    _ container: borrowing Container, _ options: inout CriuOptions, _ images: FileDescriptor
  ) throws {
    let namespaces = try NamespacePlan(container.spec.linux?.namespaces ?? [])
    let plan = try RootFilesystem(
      spec: container.spec, bundle: container.bundle,
      inUserNamespace: namespaces.hasUserNamespace)
    let root = RootDirectory(
      try openFile("/proc/\(container.processID)/root", [.path, .directory]))
    options.externalMounts = try ExternalMounts(dumping: plan, root: root).list
    try ExternalDescriptors(of: container.processID, try ProcFileSystem()).write(to: images)
  }

  /// Namespaces that the container joined, which are neither saved nor restored, but joined again.
  private static func externalNamespaces(_ spec: Spec, _ criu: Criu) throws -> [String] {
    try (spec.linux?.namespaces ?? []).compactMap { namespace in
      guard let path = namespace.path, !path.isEmpty,
        let external = ExternalNamespace(Namespaces(namespace.type))
      else { return nil }
      try external.checkSupport(criu)
      let file = try openFile(path, [.path])
      return "\(external.name)[\(try file.lent.status(subject: path).inode)]:\(external.key)"
    }
  }

  /// The cgroup by which CRIU can freeze all processes at once, instead of one by one.
  private static func freezer(_ state: ContainerState, _ criu: Criu) -> String? {
    guard let paths = state.cgroup?.paths else { return nil }
    if let path = paths["freezer"] { return path }
    return criu.version >= CriuVersion(3, 14) ? paths[""] : nil
  }
}
