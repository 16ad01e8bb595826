import JSON
import RuntimeSpec
import Testing

/// A document with every field that the types have.
let wholeDocument = """
  {"ociVersion":"1.3.0",
  "process":{"terminal":true,"consoleSize":{"height":24,"width":80},
  "user":{"uid":1,"gid":2,"umask":63,"additionalGids":[5,6]},"args":["sh","-c","true"],
  "env":["PATH=/bin"],"cwd":"/","capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],
  "inheritable":[],"permitted":["CAP_KILL"],"ambient":[]},
  "rlimits":[{"type":"RLIMIT_CORE","hard":18446744073709551615,"soft":0}],"noNewPrivileges":true,
  "apparmorProfile":"p","oomScoreAdj":-1000,"scheduler":{"policy":"SCHED_DEADLINE","nice":0,
  "priority":0,"flags":["SCHED_FLAG_RESET_ON_FORK"],"runtime":1,"deadline":2,"period":3},
  "selinuxLabel":"s","ioPriority":{"class":"IOPRIO_CLASS_BE","priority":4},
  "execCPUAffinity":{"initial":"0-1","final":"0"}},
  "root":{"path":"rootfs","readonly":true},"hostname":"h","domainname":"d",
  "mounts":[{"destination":"/a","type":"none","source":"/b","options":["rbind","idmap"],
  "uidMappings":[{"containerID":0,"hostID":1,"size":2}],
  "gidMappings":[{"containerID":3,"hostID":4,"size":5}]}],
  "hooks":{"prestart":[{"path":"/h","args":["h"],"env":["A=b"],"timeout":1}],"createRuntime":[],
  "createContainer":[],"startContainer":[],"poststart":[],"poststop":[]},
  "annotations":{"a":"b"},
  "linux":{"uidMappings":[{"containerID":0,"hostID":1000,"size":1}],
  "gidMappings":[{"containerID":0,"hostID":1000,"size":4294967295}],
  "sysctl":{"net.ipv4.ip_forward":"1"},
  "resources":{"devices":[{"allow":true,"type":"c","major":-1,"minor":3,"access":"rwm"}],
  "memory":{"limit":-1,"reservation":2,"swap":9223372036854775807,"kernel":4,"kernelTCP":5,
  "swappiness":60,"disableOOMKiller":false,"useHierarchy":true,"checkBeforeUpdate":true},
  "cpu":{"shares":2,"quota":-1,"burst":4,"period":5,"realtimeRuntime":6,"realtimePeriod":7,
  "cpus":"0-1","mems":"0","idle":1},"pids":{"limit":100},
  "blockIO":{"weight":10,"leafWeight":11,
  "weightDevice":[{"major":8,"minor":0,"weight":500,"leafWeight":300}],
  "throttleReadBpsDevice":[{"major":8,"minor":0,"rate":600}],
  "throttleWriteBpsDevice":[{"major":8,"minor":1,"rate":601}],
  "throttleReadIOPSDevice":[{"major":8,"minor":2,"rate":602}],
  "throttleWriteIOPSDevice":[{"major":8,"minor":3,"rate":603}]},
  "hugepageLimits":[{"pageSize":"2MB","limit":9223372036854772000}],
  "network":{"classID":1048577,"priorities":[{"name":"eth0","priority":500}]},
  "rdma":{"mlx5_1":{"hcaHandles":3,"hcaObjects":10000}},"unified":{"io.max":"259:0 rbps=1"}},
  "cgroupsPath":"/c","namespaces":[{"type":"pid"},{"type":"network","path":"/n"},
  {"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"user"},{"type":"cgroup"},
  {"type":"time"}],
  "devices":[{"path":"/dev/f","type":"c","major":10,"minor":229,"fileMode":438,"uid":0,"gid":0},
  {"path":"/dev/p","type":"p"}],"netDevices":{"eth0":{"name":"c0"},"eth1":{}},
  "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,
  "architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_LOONGARCH64"],
  "flags":["SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"/s","listenerMetadata":"m",
  "syscalls":[{"names":["read","write"],"action":"SCMP_ACT_TRACE","errnoRet":1,
  "args":[{"index":5,"value":18446744073709551615,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}]}]},
  "rootfsPropagation":"rslave","maskedPaths":["/m"],"readonlyPaths":["/r"],"mountLabel":"l",
  "intelRdt":{"closID":"g","schemata":["L3:0=f"],"l3CacheSchema":"L3:0=7f0;1=1f",
  "memBwSchema":"MB:0=20","enableMonitoring":true},
  "memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_STATIC_NODES"]},
  "personality":{"domain":"LINUX32","flags":[]},
  "timeOffsets":{"boottime":{"secs":-1,"nanosecs":999999999},"monotonic":{"secs":172800}}}}
  """

@Suite struct SpecDocumentTests {
  private let reader = JSONReader(emptyStringIsAbsent: true)

  /// Every field is read, and written under the name and in the place that it was read from.
  @Test func theWholeDocumentComesBack() throws {
    let spec = try reader.read(Spec.self, from: wholeDocument)
    let written = String(decoding: try JSONWriter().write(spec), as: UTF8.self)
    #expect(written == wholeDocument.split(separator: "\n").joined())
    #expect(spec.process?.rlimits?[0].hard == .max)
    #expect(spec.linux?.resources?.memory?.swap == .max)
  }

  @Test func theSmallestDocument() throws {
    let spec = try reader.read(
      Spec.self, from: #"{"ociVersion":"1.0.0","root":{"path":"rootfs"}}"#)
    try spec.validate(needsProcess: false)
    #expect(spec == Spec(ociVersion: "1.0.0", root: .init(path: "rootfs")))
  }

  @Test func whatOtherSystemsAndLaterVersionsAdd() throws {
    let spec = try reader.read(
      Spec.self,
      from: """
        {"ociVersion":"1.9.0","windows":{"layerFolders":["C:"]},"vm":{"kernel":{"path":"/k"}},
        "process":{"user":{"uid":0,"gid":0,"username":"u"},"cwd":"/","args":["sh"],"new":[1]},
        "root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"pid","path":""}]}}
        """)
    try spec.validate()
    #expect(spec.linux?.namespaces?[0].path == nil)
  }

  /// Go's programs write null for an empty list without `omitempty`.
  @Test func nullIsAbsent() throws {
    let spec = try reader.read(
      Spec.self, from: #"{"ociVersion":"1.0.0","mounts":null,"process":null,"linux":null}"#)
    #expect(spec == Spec(ociVersion: "1.0.0"))
  }

  @Test(
    arguments: [
      (#"{"root":{"path":"r"}}"#, "ociVersion is missing"),
      (#"{"ociVersion":1}"#, "ociVersion: expected a string, found a number"),
      (#"{"ociVersion":"1.0.0","root":{}}"#, "root.path is missing"),
      (
        #"{"ociVersion":"1.0.0","process":{"user":{"uid":-1,"gid":0},"cwd":"/"}}"#,
        "process.user.uid: -1 is out of range, it can be 0 to 4294967295"
      ),
      (
        #"{"ociVersion":"1.0.0","process":{"user":{"uid":0},"cwd":"/"}}"#,
        "process.user.gid is missing"
      ),
      (
        #"{"ociVersion":"1.0.0","mounts":[{"destination":"/a"},{"source":"b"}]}"#,
        "mounts[1].destination is missing"
      ),
      (
        #"{"ociVersion":"1.0.0","linux":{"namespaces":[{"type":"net"}]}}"#,
        #"linux.namespaces[0].type: expected "pid", "network", "mount", "ipc", "uts", "user", "#
          + #""cgroup" or "time", found "net""#
      ),
      (
        #"{"ociVersion":"1.0.0","linux":{"netDevices":{"eth0":{"name":23}}}}"#,
        "linux.netDevices.eth0.name: expected a string, found a number"
      ),
      (
        #"{"ociVersion":"1.0.0","linux":{"resources":{"rdma":{"mlx5_1":{"hcaHandles":"x"}}}}}"#,
        "linux.resources.rdma.mlx5_1.hcaHandles: expected an integer, found a string"
      ),
      (
        #"{"ociVersion":"1.0.0","linux":{"resources":{"memory":{"limit":9223372036854775808}}}}"#,
        "linux.resources.memory.limit: 9223372036854775808 is out of range, "
          + "it can be -9223372036854775808 to 9223372036854775807"
      ),
      (
        #"{"ociVersion":"1.0.0","linux":{"seccomp":{"syscalls":[]}}}"#,
        "linux.seccomp.defaultAction is missing"
      ),
      ("null", "the document: expected an object, found null"),
    ])
  func errorsNameTheField(document: String, sentence: String) {
    do {
      _ = try reader.read(Spec.self, from: document)
      Issue.record("the document was accepted")
    } catch {
      #expect(error.description == sentence)
    }
  }

  @Test func exampleIsAsRuncWritesIt() throws {
    let text = String(
      decoding: try JSONWriter(.indented("\t")).write(Spec.example(cgroupNamespace: false)),
      as: UTF8.self)
    #expect(
      text.hasPrefix("{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": true,"))
    #expect(text.hasSuffix("\"/proc/sysrq-trigger\"\n\t\t]\n\t}\n}"))
    #expect(!text.contains("cgroup\"\n\t\t\t}\n\t\t],"))
  }

  @Test func rootlessExample() throws {
    let spec = Spec.rootless(uid: 1001, gid: 1002, cgroupNamespace: true)
    #expect(
      spec.linux?.namespaces?.map(\.type) == [.pid, .ipc, .uts, .mount, .cgroup, .user])
    #expect(spec.linux?.uidMappings == [.init(containerID: 0, hostID: 1001, size: 1)])
    #expect(spec.linux?.gidMappings == [.init(containerID: 0, hostID: 1002, size: 1)])
    #expect(spec.linux?.resources == nil)
    #expect(spec.mounts?.contains { $0.options?.contains("gid=5") ?? false } == false)
    #expect(spec.mounts?.first { $0.destination == "/sys" }?.options?.first == "rbind")
  }

  @Test func state() throws {
    let text = #"{"ociVersion":"1.3.0","id":"a","status":"running","pid":12,"bundle":"/b"}"#
    let state = try JSONReader().read(RuntimeState.self, from: text)
    #expect(
      state
        == RuntimeState(ociVersion: "1.3.0", id: "a", status: .running, pid: 12, bundle: "/b"))
    #expect(String(decoding: try JSONWriter().write(state), as: UTF8.self) == text)
    for bad in [
      text.replacing("running", with: "dead"), text.replacing("12", with: "\"12\""),
      text.replacing("\"id\"", with: "\"ID\""),
    ] {
      #expect(throws: JSONError.self) { try JSONReader().read(RuntimeState.self, from: bad) }
    }
  }

  @Test func features() throws {
    let text =
      #"{"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","linux":{"seccomp":{"enabled":true},"#
      + #""apparmor":{"enabled":false},"mountExtensions":{"idmap":{"enabled":true}}}}"#
    let features = try JSONReader().read(RuntimeFeatures.self, from: text)
    #expect(features.linux?.apparmor?.enabled == false)
    #expect(String(decoding: try JSONWriter().write(features), as: UTF8.self) == text)
    #expect(throws: JSONError.missing(field: "ociVersionMax")) {
      try JSONReader().read(RuntimeFeatures.self, from: #"{"ociVersionMin":"1.0.0"}"#)
    }
  }
}
