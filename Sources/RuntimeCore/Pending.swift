import JSON
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

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
