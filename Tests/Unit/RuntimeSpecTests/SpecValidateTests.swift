import RuntimeSpec
import Testing

/// A small valid document, which the tests then break.
private func validSpec() -> Spec {
  Spec(
    ociVersion: "1.2.0",
    process: .init(user: .init(uid: 0, gid: 0), args: ["sh"], env: ["A=b"], cwd: "/"),
    root: .init(path: "rootfs"),
    linux: .init(
      namespaces: [
        .init(type: .mount), .init(type: .uts), .init(type: .ipc), .init(type: .network),
        .init(type: .user), .init(type: .time),
      ],
      maskedPaths: ["/proc/kcore"]
    ).mapped())
}

extension Spec.Linux {
  fileprivate func mapped() -> Spec.Linux {
    var linux = self
    linux.uidMappings = [.init(containerID: 0, hostID: 1000, size: 1)]
    linux.gidMappings = [.init(containerID: 0, hostID: 1000, size: 1)]
    return linux
  }
}

@Suite struct SpecValidateTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    var field: String
    var change: @Sendable (inout Spec) -> Void
    var testDescription: String { field }

    init(_ field: String, _ change: @escaping @Sendable (inout Spec) -> Void) {
      self.field = field
      self.change = change
    }
  }

  @Test func theValidDocumentIsValid() throws {
    try validSpec().validate()
    try Spec.example(cgroupNamespace: true).validate()
    try Spec.rootless(uid: 1000, gid: 1000, cgroupNamespace: false).validate()
    #expect(validSpec().warnings.isEmpty)
  }

  @Test(arguments: ["1.0.0", "1.0.2-dev", "1.3.0+dev", "1.99.0", "1.0.0-rc.5+x-y"])
  func versionsOfMajor1(version: String) throws {
    var spec = validSpec()
    spec.ociVersion = version
    try spec.validate()
  }

  @Test(
    arguments: ["", "1", "1.2", "2.0.0", "0.5.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0 ", "1.x.0"])
  func otherVersions(version: String) {
    var spec = validSpec()
    spec.ociVersion = version
    #expect(throws: SpecProblem.self) { try spec.validate() }
  }

  static let generalCases = [
    Broken("root") { $0.root = nil },
    Broken("root.path") { $0.root?.path = "" },
    Broken("root.path") { $0.root?.path = "a\0b" },
    Broken("process") { $0.process = nil },
    Broken("hostname") {
      $0.hostname = "h"
      $0.linux?.namespaces?.removeAll { $0.type == .uts }
    },
    Broken("domainname") {
      $0.domainname = "d"
      $0.linux = nil
    },
    Broken("hostname") { $0.hostname = String(repeating: "h", count: 65) },
    Broken("annotations") { $0.annotations = ["": "x"] },
    Broken("mounts[1].destination") {
      $0.mounts = [.init(destination: "/a"), .init(destination: "")]
    },
    Broken("mounts[0].source") { $0.mounts = [.init(destination: "/a", source: "x\0")] },
    Broken("mounts[0].options[1]") {
      $0.mounts = [.init(destination: "/a", options: ["ro", "size=1\0"])]
    },
    Broken("mounts[0]") {
      $0.mounts = [.init(destination: "/a", type: "tmpfs", options: ["idmap"])]
    },
    Broken("mounts[0]") {
      $0.mounts = [.init(destination: "/a", options: ["bind", "idmap"])]
      $0.linux = nil
    },
    Broken("mounts[0]") {
      $0.mounts = [
        .init(
          destination: "/a", options: ["bind"],
          uidMappings: [.init(containerID: 0, hostID: 0, size: 1)])
      ]
    },
    Broken("mounts[0].gidMappings[0].size") {
      $0.mounts = [
        .init(
          destination: "/a", options: ["bind"],
          uidMappings: [.init(containerID: 0, hostID: 0, size: 1)],
          gidMappings: [.init(containerID: 0, hostID: 0, size: 0)])
      ]
    },
    Broken("linux.personality.flags") {
      $0.linux?.personality = .init(domain: .linux32, flags: ["X"])
    },
    Broken("hooks.poststop[0].path") { $0.hooks = .init(poststop: [.init(path: "x")]) },
    Broken("hooks.createRuntime[0].timeout") {
      $0.hooks = .init(createRuntime: [.init(path: "/x", timeout: 0)])
    },
    Broken("hooks.prestart[0].env[0]") {
      $0.hooks = .init(prestart: [.init(path: "/x", env: ["A=\0"])])
    },
  ]

  static let processCases = [
    Broken("process.cwd") { $0.process?.cwd = "" },
    Broken("process.cwd") { $0.process?.cwd = "home" },
    Broken("process.args") { $0.process?.args = [] },
    Broken("process.args") { $0.process?.args = nil },
    Broken("process.args[1]") { $0.process?.args = ["sh", "\0"] },
    Broken("process.env[0]") { $0.process?.env = ["NAME"] },
    Broken("process.env[1]") { $0.process?.env = ["A=", "=b"] },
    Broken("process.user.uid") { $0.process?.user.uid = .max },
    Broken("process.user.additionalGids[1]") { $0.process?.user.additionalGids = [1, .max] },
    Broken("process.user.umask") { $0.process?.user.umask = 0o1000 },
    Broken("process.rlimits[0].soft") {
      $0.process?.rlimits = [.init(type: .core, hard: 1, soft: 2)]
    },
    Broken("process.rlimits[1].type") {
      $0.process?.rlimits = [
        .init(type: .core, hard: 1, soft: 1), .init(type: .core, hard: 2, soft: 1),
      ]
    },
    Broken("process.oomScoreAdj") { $0.process?.oomScoreAdj = 1001 },
    Broken("process.scheduler.policy") { $0.process?.scheduler = .init(policy: .iso) },
    Broken("process.scheduler.nice") { $0.process?.scheduler = .init(policy: .batch, nice: 20) },
    Broken("process.scheduler.priority") {
      $0.process?.scheduler = .init(policy: .other, priority: 1)
    },
    Broken("process.scheduler.priority") { $0.process?.scheduler = .init(policy: .fifo) },
    Broken("process.scheduler") { $0.process?.scheduler = .init(policy: .idle, runtime: 1) },
    Broken("process.ioPriority.priority") {
      $0.process?.ioPriority = .init(class: .idle, priority: 8)
    },
    Broken("process.execCPUAffinity.initial") {
      $0.process?.execCPUAffinity = .init(initial: "0-")
    },
    Broken("process.execCPUAffinity.final") { $0.process?.execCPUAffinity = .init(final: "3-1") },
    Broken("process.consoleSize") {
      $0.process?.consoleSize = .init(height: 65536, width: 1)
    },
  ]

  static let linuxCases = [
    Broken("linux.namespaces[6].type") { $0.linux?.namespaces?.append(.init(type: .uts)) },
    Broken("linux.namespaces[6].path") {
      $0.linux?.namespaces?.append(.init(type: .pid, path: "ns/pid"))
    },
    Broken("linux.uidMappings") { $0.linux?.uidMappings = nil },
    Broken("linux.gidMappings") { $0.linux?.gidMappings = [] },
    Broken("linux.uidMappings") { $0.linux?.namespaces?.removeAll { $0.type == .user } },
    Broken("linux.uidMappings[0].size") { $0.linux?.uidMappings?[0].size = 0 },
    Broken("linux.uidMappings[0].size") { $0.linux?.uidMappings?[0].size = .max },
    Broken("linux.uidMappings[1].containerID") {
      $0.linux?.uidMappings = [
        .init(containerID: 0, hostID: 0, size: 10), .init(containerID: 9, hostID: 100, size: 1),
      ]
    },
    Broken("linux.uidMappings[1].hostID") {
      $0.linux?.uidMappings = [
        .init(containerID: 10, hostID: 10, size: 10), .init(containerID: 5, hostID: 5, size: 5),
        .init(containerID: 50, hostID: 9, size: 2),
      ].suffix(2).reversed()
    },
    Broken("linux.timeOffsets") { $0.linux?.timeOffsets = ["realtime": .init(secs: 1)] },
    Broken("linux.timeOffsets.boottime.nanosecs") {
      $0.linux?.timeOffsets = ["boottime": .init(nanosecs: 1_000_000_000)]
    },
    Broken("linux.timeOffsets") {
      $0.linux?.timeOffsets = ["monotonic": .init(secs: 1)]
      $0.linux?.namespaces?.removeAll { $0.type == .time }
    },
    Broken("linux.devices[0].path") {
      $0.linux?.devices = [.init(path: "null", type: .character, major: 1, minor: 3)]
    },
    Broken("linux.devices[0].minor") {
      $0.linux?.devices = [.init(path: "/dev/x", type: .block, major: 1)]
    },
    Broken("linux.devices[0].major") {
      $0.linux?.devices = [.init(path: "/dev/x", type: .block, major: -1, minor: 0)]
    },
    Broken("linux.netDevices") { $0.linux?.netDevices = ["eth0": .init(name: "a/b")] },
    Broken("linux.netDevices") { $0.linux?.netDevices = ["0123456789012345": .init()] },
    Broken("linux.netDevices") {
      $0.linux?.netDevices = ["eth0": .init()]
      $0.linux?.namespaces?.removeAll { $0.type == .network }
    },
    Broken("linux.maskedPaths[0]") { $0.linux?.maskedPaths = ["proc"] },
    Broken("linux.maskedPaths") { $0.linux?.namespaces?.removeAll { $0.type == .mount } },
    Broken("linux.readonlyPaths[0]") { $0.linux?.readonlyPaths = [""] },
    Broken("linux.rootfsPropagation") { $0.linux?.rootfsPropagation = "rrslave" },
    Broken("linux.intelRdt.closID") { $0.linux?.intelRdt = .init(closID: "..") },
    Broken("linux.intelRdt.closID") { $0.linux?.intelRdt = .init(closID: "a/b") },
    Broken("linux.memoryPolicy.nodes") { $0.linux?.memoryPolicy = .init(mode: .bind) },
    Broken("linux.memoryPolicy.nodes") {
      $0.linux?.memoryPolicy = .init(mode: .local, nodes: "0")
    },
    Broken("linux.memoryPolicy.nodes") {
      $0.linux?.memoryPolicy = .init(mode: .preferred, nodes: "a")
    },
  ]

  static let resourceCases = [
    Broken("linux.resources.devices[0].access") {
      $0.linux?.resources = .init(devices: [.init(allow: true)])
    },
    Broken("linux.resources.devices[0].access") {
      $0.linux?.resources = .init(devices: [.init(allow: true, access: "rwx")])
    },
    Broken("linux.resources.devices[0].major") {
      $0.linux?.resources = .init(devices: [.init(allow: true, major: -2, access: "r")])
    },
    Broken("linux.resources.memory.swappiness") {
      $0.linux?.resources = .init(memory: .init(swappiness: 101))
    },
    Broken("linux.resources.cpu.idle") { $0.linux?.resources = .init(cpu: .init(idle: 2)) },
    Broken("linux.resources.blockIO.weight") {
      $0.linux?.resources = .init(blockIO: .init(weight: 9))
    },
    Broken("linux.resources.blockIO.weightDevice[0].weight") {
      $0.linux?.resources = .init(
        blockIO: .init(weightDevice: [.init(major: 8, minor: 0, weight: 1001)]))
    },
    Broken("linux.resources.hugepageLimits[0].pageSize") {
      $0.linux?.resources = .init(hugepageLimits: [.init(pageSize: "64kB", limit: 1)])
    },
    Broken("linux.resources.hugepageLimits[0].pageSize") {
      $0.linux?.resources = .init(hugepageLimits: [.init(pageSize: "../MB", limit: 1)])
    },
    Broken("linux.resources.unified") {
      $0.linux?.resources = .init(unified: ["../memory.max": "1"])
    },
    Broken("linux.resources.unified") { $0.linux?.resources = .init(unified: ["..": "1"]) },
    Broken("linux.resources.rdma") { $0.linux?.resources = .init(rdma: ["a\nb": .init()]) },
    Broken("linux.resources.network.priorities[0].name") {
      $0.linux?.resources = .init(network: .init(priorities: [.init(name: "", priority: 1)]))
    },
  ]

  static let seccompCases = [
    Broken("linux.seccomp.defaultAction") {
      $0.linux?.seccomp = .init(defaultAction: .notify, listenerPath: "/s")
    },
    Broken("linux.seccomp.defaultErrnoRet") {
      $0.linux?.seccomp = .init(defaultAction: .allow, defaultErrnoRet: 1)
    },
    Broken("linux.seccomp.syscalls[0].names") {
      $0.linux?.seccomp = .init(
        defaultAction: .allow, syscalls: [.init(names: [], action: .kill)])
    },
    Broken("linux.seccomp.syscalls[0].errnoRet") {
      $0.linux?.seccomp = .init(
        defaultAction: .allow, syscalls: [.init(names: ["x"], action: .errno, errnoRet: 65536)])
    },
    Broken("linux.seccomp.listenerPath") {
      $0.linux?.seccomp = .init(
        defaultAction: .allow, syscalls: [.init(names: ["x"], action: .notify)])
    },
    Broken("linux.seccomp.syscalls[0].args[0].index") {
      $0.linux?.seccomp = .init(
        defaultAction: .allow,
        syscalls: [
          .init(names: ["x"], action: .log, args: [.init(index: 6, value: 0, op: .equal)])
        ])
    },
  ]

  @Test(arguments: generalCases + processCases)
  func problemsOfTheWhole(broken: Broken) { check(broken) }

  @Test(arguments: linuxCases + resourceCases + seccompCases)
  func problemsOfLinux(broken: Broken) { check(broken) }

  private func check(_ broken: Broken) {
    var spec = validSpec()
    broken.change(&spec)
    do {
      try spec.validate()
      Issue.record("\(broken.field) was accepted")
    } catch {
      #expect(error.field == broken.field)
      #expect(!error.description.contains("\n") && !error.reason.hasSuffix("."))
    }
  }

  @Test func withoutAProcessWhereNoneIsNeeded() throws {
    var spec = validSpec()
    spec.process = nil
    try spec.validate(needsProcess: false)
  }

  @Test func whatIsOnlyWorthAWarning() throws {
    var spec = validSpec()
    spec.mounts = [.init(destination: "tmp", type: "tmpfs")]
    try spec.validate()
    #expect(spec.warnings.map(\.field) == ["mounts[0].destination"])
  }

  // MARK: Kernel parameters

  @Test(
    arguments: [
      "net.core.somaxconn", "net.ipv4.ip_local_port_range", "net/ipv4/conf/eno2.100/rp_filter",
      "kernel.shmmax", "fs.mqueue.msg_max", "user.max_user_namespaces", "kernel.domainname",
      "kernel/shm_rmid_forced",
    ])
  func parametersOfANamespace(name: String) throws {
    var spec = validSpec()
    spec.linux?.sysctl = [name: "1\t2 3"]
    try spec.validate()
    // Without any namespace they would be the host's.
    spec.linux = .init(sysctl: [name: "1"])
    #expect(throws: SpecProblem.self) { try spec.validate() }
  }

  @Test(
    arguments: [
      ("kernel.core_pattern", "|/x"), ("kernel.hostname", "h"), ("vm.swappiness", "1"),
      ("net.ipv4.ip_forward", "1+kernel.core_pattern=|/x"), ("net.ipv4.ip_forward", "1\n2"),
      ("net.ipv4.ip_forward", "a=b"), ("net.x", "\0"),
      ("net.ipv4.ip_forward+kernel.core_pattern", "1"), ("net.a=b", "1"), ("net.a\nb", "1"),
      ("net.../../kernel.core_pattern", "1"), ("net..kernel.core_pattern", "1"),
      ("net/../kernel/core_pattern", "1"), ("net//x", "1"), (".net.x", "1"), ("net.x.", "1"),
      ("/net/x", "1"), ("../net", "1"), ("", "1"), ("net", "1"), ("kernel", "1"),
      ("net/ipv4/../../kernel/core_pattern", "1"),
    ])
  func parametersThatAreRefused(name: String, value: String) {
    var spec = validSpec()
    spec.linux?.sysctl = [name: value]
    #expect(throws: SpecProblem.self) { try spec.validate() }
  }

  @Test func slashesSeparateLikeDots() {
    #expect(dottedSysctl("net/ipv4/conf/eno2.100/rp") == "net.ipv4.conf.eno2/100.rp")
    #expect(dottedSysctl("net.ipv4.conf.eno2/100.rp") == "net.ipv4.conf.eno2/100.rp")
    #expect(dottedSysctl("kernel") == "kernel")
  }
}
