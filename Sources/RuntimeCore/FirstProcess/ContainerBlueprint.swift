import JSON
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

/// Everything that is decided about a container before its first process exists.
///
/// Making one changes nothing on the machine: whatever is wrong with the configuration is found
/// before there is anything to undo.
struct ContainerBlueprint {
  let id: ContainerID
  let spec: Spec
  /// The bytes that `spec` was decoded from.
  let config: [UInt8]
  /// The bundle's absolute path.
  let bundle: String
  let options: CreateOptions
  let context: RuntimeContext

  let process: Spec.Process
  let linux: Spec.Linux
  let namespaces: NamespacePlan
  /// The mappings of the new user namespace, if there is one.
  let mappings: IDMappings?
  let rootFilesystem: RootFilesystem
  let seccomp: SeccompFilter?
  /// The container's class of Intel RDT, if it has one.
  let intelRdt: IntelRdtGroup?
  let hooks: Spec.Hooks
  let inherited: InheritedDescriptors
  /// The service manager that wants to know when the container is ready, if there is one.
  let notifySocket: NotifySocket?

  init(_ id: ContainerID, _ options: CreateOptions, _ context: RuntimeContext) throws {
    self.id = id
    self.options = options
    self.context = context
    bundle = try absolutePath(options.bundle)
    var (spec, config) = try ContainerBlueprint.readConfig(bundle: bundle)
    notifySocket = NotifySocket(id, root: context.root)
    notifySocket?.amend(&spec)
    self.spec = spec
    self.config = config
    for warning in spec.warnings { context.log.warning("\(warning)") }
    guard let process = spec.process else {
      throw RuntimeError.invalid(field: "process", reason: "it is missing")
    }
    self.process = process
    linux = spec.linux ?? Spec.Linux()
    hooks = spec.hooks ?? Spec.Hooks()
    try ConsoleSocket.check(process, options.consoleSocket, isDetached: options.isDetached)
    try SecurityLabels.check(process, mountLabel: linux.mountLabel)
    namespaces = try NamespacePlan(linux.namespaces ?? [])
    mappings =
      namespaces.isNew(.user)
      ? IDMappings(users: linux.uidMappings ?? [], groups: linux.gidMappings ?? []) : nil
    rootFilesystem = try RootFilesystem(
      spec: spec, bundle: bundle, inUserNamespace: namespaces.hasUserNamespace)
    intelRdt = try IntelRdtGroup(linux.intelRdt, id)
    seccomp = try linux.seccomp.map { try $0.filter(context) }
    inherited = try InheritedDescriptors(preserved: options.preservedDescriptors)
  }

  private static func readConfig(bundle: String) throws -> (Spec, [UInt8]) {
    let path = "\(bundle)/config.json"
    let bytes: [UInt8]
    do throws(any Error) {
      bytes = try readRegularFile(path, limit: ContainerFolder.longestDocument)
    } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
      throw RuntimeError.unreadable(
        path: path, reason: "no such file or directory; `spec` writes one to begin with")
    } catch let error as SystemError where error.errno == .invalidArgument {
      throw RuntimeError.unreadable(path: path, reason: "it is not a regular file")
    }
    let spec: Spec
    do {
      spec = try JSONReader(emptyStringIsAbsent: true).read(Spec.self, from: bytes)
    } catch {
      throw RuntimeError.unreadable(path: path, reason: "\(error)")
    }
    do {
      try spec.validate()
    } catch {
      throw RuntimeError.unreadable(path: path, reason: "\(error)")
    }
    return (spec, bytes)
  }

  /// The state document that hooks get on their standard input.
  func hookState(_ status: RuntimeState.Status, _ pid: ProcessID) -> RuntimeState {
    RuntimeState(
      ociVersion: spec.ociVersion, id: id.description, status: status, pid: pid, bundle: bundle,
      annotations: spec.annotations)
  }
}
