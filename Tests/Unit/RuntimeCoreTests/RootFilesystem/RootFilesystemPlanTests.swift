import LinuxSystem
import RuntimeSpec
import Testing

@testable import RuntimeCore

/// What is found wrong with a configuration before anything is mounted, and how it is named.
@Suite struct RootFilesystemPlanTests {
  private func plan(_ change: (inout Spec) -> Void) throws -> RootFilesystem {
    var spec = Spec(
      ociVersion: "1.2.0", root: Spec.Root(path: "rootfs"), mounts: [],
      linux: Spec.Linux(
        namespaces: [.mount, .ipc, .uts, .network].map { Spec.Linux.Namespace(type: $0) }))
    change(&spec)
    return try RootFilesystem(spec: spec, bundle: "/bundle", inUserNamespace: false)
  }

  private func expectInvalid(
    _ field: String, _ change: (inout Spec) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try plan(change)
      Issue.record("it was taken", sourceLocation: sourceLocation)
    } catch {
      #expect("\(error)".hasPrefix(field), "\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func relativePathsAreTheBundles() throws {
    let root = try plan {
      $0.mounts = [Spec.Mount(destination: "/x", source: "data", options: ["bind"])]
    }
    #expect(root.path == "/bundle/rootfs")
    #expect(root.mounts[0].kind == .bind(source: "/bundle/data"))
  }

  @Test func typeBindIsABind() throws {
    let root = try plan {
      $0.mounts = [
        Spec.Mount(destination: "x", type: "bind", source: "/d"),
        Spec.Mount(destination: "x", type: "proc", source: "/d", options: ["rbind"]),
      ]
    }
    #expect(root.mounts.map(\.kind) == [.bind(source: "/d"), .bind(source: "/d")])
  }

  @Test(arguments: [
    ("destination", Spec.Mount(destination: "/", type: "tmpfs")),
    ("destination", Spec.Mount(destination: "/./", type: "tmpfs")),
    ("destination", Spec.Mount(destination: "", type: "tmpfs")),
    ("destination", Spec.Mount(destination: "/a\0b", type: "tmpfs")),
    ("type", Spec.Mount(destination: "/x")),
    ("source", Spec.Mount(destination: "/x", options: ["bind"])),
    ("options", Spec.Mount(destination: "/x", source: "/y", options: ["bind", "size=1k"])),
    ("options", Spec.Mount(destination: "/x", type: "tmpfs", options: ["size=1k\0"])),
    ("options", Spec.Mount(destination: "/x", type: "proc", options: ["tmpcopyup"])),
    ("options", Spec.Mount(destination: "/x", type: "tmpfs", options: ["idmap"])),
    ("uidMappings", Spec.Mount(destination: "/x", source: "/y", options: ["bind", "idmap"])),
  ])
  func wrongMount(_ row: (field: String, mount: Spec.Mount)) {
    expectInvalid("mounts[1].\(row.field): ") {
      $0.mounts = [Spec.Mount(destination: "/ok", type: "tmpfs"), row.mount]
    }
  }

  @Test func idMappingsOfBothKinds() {
    let mappings = [Spec.Linux.IDMapping(containerID: 0, hostID: 1, size: 1)]
    expectInvalid("mounts[0].gidMappings: ") {
      $0.mounts = [
        Spec.Mount(destination: "/x", source: "/y", options: ["bind"], uidMappings: mappings)
      ]
    }
  }

  @Test func wrongPropagationAndLabel() {
    expectInvalid("linux.rootfsPropagation: ") { $0.linux?.rootfsPropagation = "everywhere" }
  }

  @Test func mountsNeedANamespace() {
    expectInvalid("mounts: ") {
      $0.linux?.namespaces = []
      $0.mounts = [Spec.Mount(destination: "/x", type: "tmpfs")]
    }
    expectInvalid("linux.maskedPaths: ") {
      $0.linux?.namespaces = []
      $0.linux?.maskedPaths = ["/proc/kcore"]
    }
  }

  @Test func devicesAreTheStandardOnesAndThoseGiven() throws {
    let root = try plan {
      $0.linux?.devices = [
        Spec.Linux.Device(path: "/dev/./fuse", type: .character, major: 10, minor: 229),
        Spec.Linux.Device(path: "/dev/null", type: .character, major: 1, minor: 3, fileMode: 0o600),
        Spec.Linux.Device(path: "/run/pipe", type: .fifo),
        Spec.Linux.Device(path: "/dev/ptmx", type: .character, major: 5, minor: 2),
      ]
    }
    #expect(
      root.devices.map(\.path) == [
        "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fuse",
        "/dev/null",
        "/run/pipe",
      ])
    #expect(root.devices[6].mode == 0o600)
  }

  @Test(arguments: [
    ("path", Spec.Linux.Device(path: "dev/x", type: .fifo)),
    ("major", Spec.Linux.Device(path: "/dev/x", type: .block, minor: 1)),
    ("major", Spec.Linux.Device(path: "/dev/x", type: .block, major: 4096, minor: 1)),
    ("minor", Spec.Linux.Device(path: "/dev/x", type: .block, major: 1, minor: -1)),
    ("minor", Spec.Linux.Device(path: "/dev/x", type: .block, major: 1, minor: .max)),
  ])
  func wrongDevice(_ row: (field: String, device: Spec.Linux.Device)) {
    expectInvalid("linux.devices[0].\(row.field): ") { $0.linux?.devices = [row.device] }
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward", "net/ipv4/ip_forward"), ("net/ipv4/ip_forward", "net/ipv4/ip_forward"),
    ("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"),
    ("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"),
    ("kernel.shm_rmid_forced", "kernel/shm_rmid_forced"),
    ("fs.mqueue.msg_max", "fs/mqueue/msg_max"), ("kernel.domainname", "kernel/domainname"),
  ])
  func sysctl(_ row: (name: String, path: String)) throws {
    let root = try plan { $0.linux?.sysctl = [row.name: "1+1=2"] }
    #expect(root.sysctls.map(\.path) == [row.path])
  }

  @Test(arguments: [
    "kernel.core_pattern", "kernel.hostname", "vm.swappiness", "fs.file-max", "net..x", "net.",
    "net/../kernel/core_pattern", "net.ipv4.x=1+kernel.core_pattern", "net.a\nb", "", "net/./x",
    "net.ipv4.ip forward", "netx.y", "/net/x",
  ])
  func wrongSysctl(name: String) {
    expectInvalid("linux.sysctl[") { $0.linux?.sysctl = [name: "1"] }
  }

  @Test func sysctlsOfTheHost() {
    expectInvalid("linux.sysctl[") {
      $0.linux?.namespaces = [Spec.Linux.Namespace(type: .mount)]
      $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
    }
    expectInvalid("linux.sysctl[") {
      $0.linux?.namespaces = [Spec.Linux.Namespace(type: .network, path: "/proc/self/ns/net")]
      $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
    }
    expectInvalid("linux.sysctl[") { $0.linux?.sysctl = ["net.ipv4.ip_forward": "1\n2"] }
  }
}
