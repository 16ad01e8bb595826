import Foundation

/// A bundle in a test's folder: its configuration is changed by the test and written before the
/// runtime reads it.
final class Bundle {
  let fixture: Fixture
  let folder: String
  var config: JSONValue
  var rootfs: String { folder + "/rootfs" }

  init(_ fixture: Fixture, name: String = "bundle") throws {
    self.fixture = fixture
    folder = try fixture.newFolder(name)
    config = Bundle.basicConfig
    try BusyboxRoot.make(at: folder + "/rootfs")
  }

  /// A container of the usual kind: all capabilities of the default set, the usual mounts, new
  /// namespaces, no terminal.
  static let basicConfig: JSONValue = [
    "ociVersion": "1.0.2",
    "process": [
      "terminal": false,
      "user": ["uid": 0, "gid": 0],
      "args": ["true"],
      "env": ["PATH=/bin:/sbin:/usr/bin:/usr/sbin"],
      "cwd": "/",
      "capabilities": [
        "bounding": .init(capabilities), "effective": .init(capabilities),
        "permitted": .init(capabilities),
      ],
      "noNewPrivileges": true,
    ],
    "root": ["path": "rootfs", "readonly": false],
    "hostname": "container",
    "mounts": [
      ["destination": "/proc", "type": "proc", "source": "proc"],
      [
        "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
      ],
      [
        "destination": "/dev/pts", "type": "devpts", "source": "devpts",
        "options": [
          "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5",
        ],
      ],
      [
        "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
        "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
      ],
      [
        "destination": "/sys", "type": "sysfs", "source": "sysfs",
        "options": ["nosuid", "noexec", "nodev", "ro"],
      ],
    ],
    "linux": [
      "namespaces": [
        ["type": "pid"], ["type": "network"], ["type": "ipc"], ["type": "uts"],
        ["type": "mount"],
      ],
      "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
      "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    ],
  ]

  static let capabilities = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
    "CAP_SYS_CHROOT",
  ]

  // MARK: The configuration

  var arguments: [String] {
    get { config["process", "args"].strings }
    set { config["process", "args"] = .init(newValue) }
  }

  /// Makes the process a shell that runs `script`.
  func shell(_ script: String) { arguments = ["sh", "-c", script] }

  func addMount(
    _ destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil
  ) {
    var mount: JSONValue = ["destination": .string(destination)]
    if let type { mount["type"] = .string(type) }
    if let source { mount["source"] = .string(source) }
    if let options { mount["options"] = .init(options) }
    config["mounts"].append(mount)
  }

  /// Takes away the mounts on `destinations`.
  func removeMounts(_ destinations: String...) {
    config["mounts"] = .array(
      config["mounts"].elements.filter {
        !destinations.contains($0["destination"].string ?? "")
      })
  }

  /// Gives the container a namespace of its own, or the one at `path`.
  func setNamespace(_ type: String, path: String? = nil) {
    removeNamespace(type)
    var namespace: JSONValue = ["type": .string(type)]
    if let path { namespace["path"] = .string(path) }
    config["linux", "namespaces"].append(namespace)
  }

  func removeNamespace(_ type: String) {
    config["linux", "namespaces"] = .array(
      config["linux", "namespaces"].elements.filter { $0["type"].string != type })
  }

  // MARK: The runtime

  func write() throws {
    try config.text.write(toFile: folder + "/config.json", atomically: false, encoding: .utf8)
  }

  /// `run` in the foreground.
  @discardableResult
  func run(
    _ options: [String] = [], id: String? = nil, input: String? = nil,
    descriptors: [Int32: Int32] = [:], environment: [String: String]? = nil, seconds: Double = 30
  ) throws -> Output {
    try write()
    return try fixture.execute(
      ["run"] + options + ["--bundle", folder, id ?? fixture.newID()], input: input,
      descriptors: descriptors, environment: environment, seconds: seconds)
  }

  /// Runs a shell with `script` and returns what it printed; a failure is thrown.
  @discardableResult
  func output(of script: String) throws -> Output {
    shell(script)
    let output = try run()
    guard output.status == 0 else { throw HarnessError("\(output)") }
    return output
  }

  /// `create`, which must succeed.
  func create(
    _ options: [String] = [], descriptors: [Int32: Int32] = [:],
    environment: [String: String]? = nil
  ) throws -> Container {
    let (container, output) = try tryCreate(
      options, descriptors: descriptors, environment: environment)
    guard output.status == 0 else { throw HarnessError("\(output)") }
    return container
  }

  /// `create`, whatever comes of it.
  func tryCreate(
    _ options: [String] = [], descriptors: [Int32: Int32] = [:],
    environment: [String: String]? = nil
  ) throws -> (Container, Output) {
    try write()
    let id = fixture.newID()
    let output = try fixture.execute(
      ["create"] + options + ["--bundle", folder, id], descriptors: descriptors,
      environment: environment)
    return (Container(id: id, bundle: self, creation: output), output)
  }

  /// A container that runs: by default it sleeps until it is killed.
  func start(_ options: [String] = []) throws -> Container {
    if arguments == ["true"] { arguments = ["sleep", "1000"] }
    let container = try create(options)
    try container.start()
    return container
  }
}
