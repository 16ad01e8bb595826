public import RuntimeSpec

/// What a container's `config.json` needs beside its record: what was found and made for this start.
public struct SpecContext: Sendable {
  /// The mounted root.
  public var root = ""
  /// The folder of this start's files, on a tmpfs where there is one.
  public var runFolder = ""
  public var user = ContainerUser()
  /// The files of this start that are mounted, with their places inside: /etc/hosts and so on.
  public var files: [(source: String, destination: String)] = []
  /// The host's path of each of the record's mounts that has one, by destination.
  public var sources: [String: String] = [:]
  /// Namespaces that are joined, by kind: paths of files.
  public var joined: [Spec.Linux.Namespace.Kind: String] = [:]
  /// The tmpfs that is /dev/shm, where other containers may join it.
  public var sharedMemory: String?
  public var seccomp: Spec.Linux.Seccomp?
  /// Device nodes, or rootless binds in their place.
  public var devices: [HostDevice] = []
  /// What belongs to devices of CDI beside their nodes.
  var edits: [CDIEdits] = []
  public var apparmorProfile: String?
  public var processLabel: String?
  public var mountLabel: String?
  public var cgroupsPath: String?
  /// Whether the machine has cgroup v2 alone.
  public var isUnified = false
  public var isRootless = false
  /// Whether the group 5 exists in our user namespace (`tty`).
  public var hasTerminalGroup = true
  public var secretVariables: [String] = []
  /// `NOTIFY_SOCKET` inside.
  public var notifySocket: String?
  public var hooks: Spec.Hooks?
  public var hostname = ""

  public init() {}
}
