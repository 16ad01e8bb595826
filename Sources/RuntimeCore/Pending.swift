import JSON
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

struct ContainerCgroup {
  struct Record: JSONObject {
    static var blank: Record { Record() }
    mutating func members(_ object: inout JSONMembers) throws(JSONError) {}
  }
  var record: Record { Record() }
  init(_ record: Record) throws {}
  init(_ blueprint: ContainerBlueprint) throws {}
  func create() throws {}
  func descriptorForClone(sub: [String: String] = [:]) throws -> SharedDescriptor? { nil }
  func add(_ pid: ProcessID, sub: [String: String] = [:]) throws {}
  func apply(_ r: Spec.Linux.Resources) throws {}
  func update(_ r: Spec.Linux.Resources) throws {}
  func freeze() throws {}
  func thaw() throws {}
  func isFrozen() throws -> Bool { false }
  func processes() throws -> [ProcessID] { [] }
  func kill(_ s: Signal) throws {}
  func exists() throws -> Bool { false }
  func delete() throws {}
}
struct MountSources {}
struct RootFilesystem {
  init(spec: Spec, bundle: String, inUserNamespace: Bool) throws {}
  func openSourcesInParent(_ m: IDMappings?) throws -> MountSources { MountSources() }
  func mountAll(_ s: MountSources) throws {}
  func mountConsole(terminal: FileDescriptor) throws {}
  func enter(noPivot: Bool) throws {}
  func seal() throws {}
}
struct ProcessLimits {
  init(_ p: Spec.Process) {}
  func apply(to: ProcessID) throws {}
}
struct ProcessScheduling {
  init(_ p: Spec.Process, _ l: Spec.Linux) throws {}
  func apply() throws {}
}
struct SecurityLabels {
  static func check(_ p: Spec.Process) throws {}
  init(_ p: Spec.Process) {}
  func apply() throws {}
}
struct ProcessCapabilities {
  init(_ c: Spec.Process.Capabilities?, _ log: RuntimeLog) throws {}
  func dropBounding() throws {}
  func raiseForFilter(isNeeded: Bool) throws {}
  func apply() throws {}
}
struct WorkingDirectory {
  init(_ p: String) {}
  func enterIfAllowed() throws -> WorkingDirectory { self }
  func enterAndVerify() throws {}
}
struct ProcessIdentity {
  init(_ u: Spec.Process.User) {}
  func assume() throws {}
}
enum Environment {
  static func make(_ e: [String], user: UInt32) throws -> [String] { e }
}
enum Executable {
  static func find(_ a: String, _ e: [String]) throws -> String { a }
  static func run(_ p: String, _ a: ArgumentVector, _ e: ArgumentVector) throws -> Never {
    try CurrentProcess.execute(p, a, e)
  }
}
struct InheritedDescriptors {
  init(preserved: Int) throws {}
  func environment(_ e: [String]) throws -> [String] { e }
  func closeOthers(keeping: FileDescriptor) throws {}
}
enum Hooks {
  enum Kind { case prestart, createRuntime, createContainer, startContainer, poststart, poststop }
  static func run(_ h: [Spec.Hook]?, _ k: Kind, _ s: RuntimeState) throws {}
}
enum IntelRdtGroup { static func remove(_ s: String) throws {} }
enum LoopbackDevice { static func bringUp() throws {} }
enum HostProgram {
  struct Result { var status: ExitStatus; var output: String }
  static func find(_ n: String) -> String? { nil }
  static func run(_ p: String, _ a: [String]) throws -> Result { Result(status: .exited(0), output: "") }
}
extension SeccompFilter { static func cached(_ p: Spec.Linux.Seccomp, in: String) throws -> SeccompFilter { try SeccompFilter(compiling: p) } }
extension Spec { func validate() throws {} }
extension Spec.Process { func validate() throws {} }
