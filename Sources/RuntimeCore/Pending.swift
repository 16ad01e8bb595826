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
enum IntelRdtGroup { static func remove(_ s: String) throws {} }
enum LoopbackDevice { static func bringUp() throws {} }
extension SeccompFilter {
  static func cached(_ p: Spec.Linux.Seccomp, in: String) throws -> SeccompFilter {
    try SeccompFilter(compiling: p)
  }
}
extension Spec { func validate() throws {} }
extension Spec.Process { func validate() throws {} }
