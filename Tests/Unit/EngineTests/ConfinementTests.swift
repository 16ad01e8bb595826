import ImageSpec
import JSON
import RuntimeSpec
import Testing

@testable import Engine

/// 2026-94603: whatever an image says of itself, a container is confined as the command line says.
@Suite struct ConfinementTests {
  /// What images are made to say: everything that once opened a door somewhere, and more.
  private static let labels: [String: String] = [
    "io.podman.annotations.checkpoint.name": "x",
    "io.kubernetes.cri-o.TrySkipVolumeSELinuxLabel": "true",
    "io.podman.annotations.privileged": "TRUE", "io.podman.annotations.seccomp": "unconfined",
    "io.containers.seccomp.profile": #"{"defaultAction": "SCMP_ACT_ALLOW"}"#,
    "run.oci.keep_original_groups": "1", "run.oci.handler": "krun", "org.criu.config": "/evil.conf",
    "io.containers.autoupdate": "registry", "cdi.k8s.io/x": "vendor.com/gpu=all",
    "org.systemd.property.DeviceAllow": "['char-*']", "io.containers.capabilities": "CAP_SYS_ADMIN",
    "PODMAN_SYSTEMD_UNIT": "x.service", "run": "podman run --privileged IMAGE",
  ]

  private func image(_ change: (inout ImageConfiguration.ExecutionParameters) -> Void)
    -> ContainerImage
  {
    var parameters = ImageConfiguration.ExecutionParameters()
    parameters.command = ["sh"]
    change(&parameters)
    return ContainerImage(
      id: String(repeating: "a", count: 64), name: "localhost/x:latest", digest: nil,
      parameters: parameters)
  }

  /// What of a specification says how a container is confined.
  private struct Confinement: Equatable {
    var capabilities: Spec.Process.Capabilities?
    var hasNoNewPrivileges: Bool?
    var apparmor: String?
    var namespaces: [Spec.Linux.Namespace]
    var masked: Set<String>
    var readOnly: Set<String>
    var devices: [Spec.Linux.Device]
    var rules: [Spec.Linux.Resources.DeviceRule]
    var mounts: [Spec.Mount]
    var hooks: Spec.Hooks?
    var annotations: [String: String]
    var sysctls: [String: String]
    var limits: [Spec.Process.Rlimit]
    var seccomp: Spec.Linux.Seccomp?
    var isReadOnly: Bool?

    init(_ spec: Spec) {
      capabilities = spec.process?.capabilities
      hasNoNewPrivileges = spec.process?.noNewPrivileges
      apparmor = spec.process?.apparmorProfile
      namespaces = spec.linux?.namespaces ?? []
      masked = Set(spec.linux?.maskedPaths ?? [])
      readOnly = Set(spec.linux?.readonlyPaths ?? [])
      devices = spec.linux?.devices ?? []
      rules = spec.linux?.resources?.devices ?? []
      // Volumes of its own are the image's to ask for; nothing of the host is in them.
      mounts = (spec.mounts ?? []).filter { !$0.destination.hasPrefix("/volume") }
      hooks = spec.hooks
      annotations = spec.annotations ?? [:]
      annotations["org.opencontainers.image.stopSignal"] = nil
      sysctls = spec.linux?.sysctl ?? [:]
      limits = spec.process?.rlimits ?? []
      seccomp = spec.linux?.seccomp
      isReadOnly = spec.root?.readonly
    }
  }

  private func confinement(
    _ engine: ContainerEngine, _ request: ContainerRequest, _ image: ContainerImage
  ) throws -> Confinement {
    let resolution = ContainerResolution(
      engine: engine, request: request, image: image,
      environment: ["SECRET": "of the host", "PATH": "/bin"])
    let record = try resolution.record(id: String(repeating: "b", count: 64), name: "c")
    #expect(!record.process.environment.contains { $0.contains("of the host") })
    #expect(!record.security.isPrivileged)
    #expect(record.mounts.allSatisfy { $0.kind == .volume && $0.isAnonymous })
    var context = SpecContext()
    context.root = "/root"
    context.seccomp = try engine.seccompFilter(record.security)
    return Confinement(Spec(record, context))
  }

  @Test func anImageChangesNothing() throws {
    let machine = try TestEngine()
    defer { withExtendedLifetime(machine) {} }
    let changes: [(inout ImageConfiguration.ExecutionParameters) -> Void] = [
      { $0.labels = Self.labels.filter { $0.key != "io.containers.capabilities" } },
      { $0.environment = ["SECRET", "*", "=", "LD_PRELOAD=/evil.so", "container=oci", "A=\u{1}"] },
      { $0.volumes = ["/volume", "/volume/../proc", "/", "..", "/volumé/./x"] },
      { $0.workingDirectory = "/proc/self/fd/7" },
      { $0.entrypoint = ["/proc/self/exe"] },
      { $0.stopSignal = "SIGNONSENSE" },
      { $0.exposedPorts = ["80/tcp", "99999/tcp", "x", "1-70000/udp"] },
      { $0.shell = ["/evil"] },
      { $0.onBuild = ["RUN evil"] },
    ]
    var requests: [ContainerRequest] = []
    for asked in 0..<4 {
      var request = ContainerRequest()
      request.image = "x"
      request.network.networks = ["none"]
      if asked & 1 != 0 {
        request.security.droppedCapabilities = ["all"]
        request.security.hasNoNewPrivileges = true
        request.security.isReadOnly = true
      }
      if asked & 2 != 0 {
        request.security.maskedPaths = ["/secret"]
        request.process.user = "7:7"
      }
      requests.append(request)
    }
    for request in requests {
      let plain = try confinement(machine.engine, request, image { _ in })
      for (index, change) in changes.enumerated() {
        let other: Confinement
        do {
          other = try confinement(machine.engine, request, image(change))
        } catch {
          // To refuse the image is as good.
          continue
        }
        #expect(other == plain, "change \(index)")
      }
      // All at once.
      if let other = try? confinement(
        machine.engine, request,
        image { parameters in for change in changes { change(&parameters) } })
      {
        #expect(other == plain)
      }
    }
  }

  /// The one label that counts takes capabilities away, and never gives one.
  @Test func theLabelOfCapabilitiesOnlyTakesAway() throws {
    let machine = try TestEngine()
    defer { withExtendedLifetime(machine) {} }
    var request = ContainerRequest()
    request.image = "x"
    request.network.networks = ["none"]
    let plain = try confinement(machine.engine, request, image { _ in })
    for text in ["CAP_CHOWN", "ALL", "CAP_SYS_ADMIN,CAP_CHOWN", "all,CAP_NET_ADMIN"] {
      guard
        let other = try? confinement(
          machine.engine, request, image { $0.labels = ["io.containers.capabilities": text] })
      else { continue }
      let given = Set(other.capabilities?.bounding ?? [])
      #expect(given.isSubset(of: Set(plain.capabilities?.bounding ?? [])), "\(text)")
    }
  }

  /// The default profile keeps AF_ALG (38) and AF_VSOCK (40) out for all callers, 32-bit ones included.
  @Test func unsafeSocketsAreRefused() throws {
    let machine = try TestEngine()
    defer { withExtendedLifetime(machine) {} }
    var security = ContainerSecurity()
    security.capabilities = ["CAP_AUDIT_WRITE", "CAP_SYS_ADMIN"]
    let filter = try #require(try machine.engine.seccompFilter(security))
    #expect(filter.defaultAction != .allow)
    let rules = filter.syscalls?.filter { $0.names.contains("socket") } ?? []
    #expect(!rules.isEmpty)
    for family in [UInt64(38), 40] {
      let isAllowed = rules.contains { rule in
        rule.action == .allow
          && (rule.args ?? []).filter { $0.index == 0 }.allSatisfy { argument in
            switch argument.op {
            case .equal: family == argument.value
            case .notEqual: family != argument.value
            case .lessThan: family < argument.value
            case .greaterThan: family > argument.value
            default: true
            }
          }
      }
      #expect(!isAllowed, "family \(family)")
    }
    #if arch(x86_64)
      #expect(filter.architectures?.contains(.x86) == true)
    #endif
  }
}
