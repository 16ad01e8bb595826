import JSON
import LinuxSystem
import RuntimeCore
import RuntimeSpec
import Seccomp

/// `features`: prints what the runtime can do.
enum FeaturesCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "features", summary: "show what the runtime supports",
      details: """
        The document is described in features.md of the runtime specification.
        """,
      argumentCount: 0...0)
  }

  static func run(_ call: Call) throws -> CInt {
    try printOut(JSONWriter(.indented("    ")).write(features) + Array("\n".utf8))
    return 0
  }

  private static var features: RuntimeFeatures {
    typealias Policy = Spec.Linux.MemoryPolicy
    let linux = RuntimeFeatures.Linux(
      namespaces: Spec.Linux.Namespace.Kind.allCases.map(\.rawValue).sorted(),
      capabilities: Capabilities.names.map { "\($0)" },
      cgroup: .init(v1: true, v2: true, systemd: true, systemdUser: true, rdma: true),
      seccomp: .current, apparmor: .init(enabled: true), selinux: .init(enabled: true),
      intelRdt: .init(enabled: true, schemata: true, monitoring: true),
      memoryPolicy: .init(
        modes: Policy.Mode.allCases.map(\.rawValue).sorted(),
        flags: Policy.Flag.allCases.map(\.rawValue).sorted()),
      mountExtensions: .init(idmap: .init(enabled: true)), netDevices: .init(enabled: true))
    return RuntimeFeatures(
      ociVersionMin: "1.0.0", ociVersionMax: Spec.version,
      hooks: [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
      ],
      mountOptions: knownMountOptions, linux: linux,
      annotations: [
        "io.github.seccomp.libseccomp.version": LibseccompVersion.string,
        "org.opencontainers.runc.checkpoint.enabled": "true",
        "run.oci.\(Version.name).version": Version.number,
      ],
      potentiallyUnsafeConfigAnnotations: ["org.systemd.property.", "org.criu.config"])
  }
}
