import LinuxSystem
import RuntimeSpec

@testable import RuntimeCore

/// The steps of a root file system, for a configuration with a procfs and these mounts.
struct Container {
  let root: RootFilesystem

  init(
    _ mounts: [Spec.Mount], in folder: String, usesDescriptors: Bool = true,
    change: (inout Spec) -> Void = { _ in }
  ) throws {
    try makeDirectories("\(folder)/rootfs/proc", mode: 0o755)
    let proc = Spec.Mount(destination: "/proc", type: "proc", source: "proc")
    var spec = Spec(
      ociVersion: "1.2.0", root: Spec.Root(path: "rootfs"), mounts: [proc] + mounts,
      linux: Spec.Linux(namespaces: [Spec.Linux.Namespace(type: .mount)]))
    change(&spec)
    root = try RootFilesystem(
      spec: spec, bundle: folder, inUserNamespace: false, usesDescriptors: usesDescriptors)
  }

  /// Takes all of the steps.
  func enter(noPivot: Bool = false) throws {
    try root.mountAll(try root.openSourcesInParent(nil))
    try root.enter(noPivot: noPivot)
    try root.seal()
  }
}
