import Foundation

/// A store on a tmpfs that our podman shares with Debian's podman, buildah and skopeo.
struct SharedStore {
  static let image = "localhost/one:1"

  /// Why it cannot be tried; `nil` where it can.
  static let reasonToSkip: String? = {
    if let reason = Engine.reasonToSkip { return reason }
    for program in ["podman", "buildah", "skopeo"] where access("/usr/bin/\(program)", X_OK) != 0 {
      return "\(program) is not installed"
    }
    return nil
  }()

  let workspace: Workspace
  let layout: String
  private var root: String { "\(workspace.folder)/data/root" }
  private var run: String { "\(workspace.folder)/data/run" }

  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    let folder = workspace.folder
    layout = "\(folder)/layout"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/data", withIntermediateDirectories: true)
    guard mount("tmpfs", "\(folder)/data", "tmpfs", 0, nil) == 0 else {
      throw HarnessError("cannot mount a tmpfs: \(String(cString: strerror(errno)))")
    }
    workspace.environment["CONTAINERS_CONF"] = try workspace.write(
      """
      [containers]
      default_ulimits = []
      [engine]
      cgroup_manager = "cgroupfs"
      events_logger = "file"
      """, to: "containers.conf")
    workspace.environment["CONTAINERS_STORAGE_CONF"] = try workspace.write(
      """
      [storage]
      driver = "overlay"
      graphroot = "\(root)"
      runroot = "\(run)"
      """, to: "storage.conf")
    let files = try workspace.makeRoot()
    try workspace.must("/bin/tar", "-C", files, "-cf", "\(folder)/root.tar", ".")
    try workspace.must(
      "\(projectFolder)/Scripts/make-image", layout,
      #"{"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"]}"#, "\(folder)/root.tar")
  }

  /// Our podman.
  @discardableResult
  func ours(_ arguments: String...) throws -> Output {
    try workspace.run([Engine.program, "--root", root, "--runroot", run] + arguments)
  }

  /// Debian's podman.
  @discardableResult
  func theirs(_ arguments: String...) throws -> Output {
    let places = ["--root", root, "--runroot", run, "--storage-driver", "overlay"]
    return try workspace.run(
      ["/usr/bin/podman"] + places + ["--tmpdir", "\(workspace.folder)/tmp"] + arguments)
  }

  @discardableResult
  func buildah(_ arguments: String...) throws -> Output {
    let places = ["--root", root, "--runroot", run, "--storage-driver", "overlay"]
    return try workspace.must(["/usr/bin/buildah"] + places + arguments)
  }

  /// Copies with skopeo; `store:` in front of a name stands for this store.
  @discardableResult
  func copy(_ source: String, to target: String) throws -> Output {
    func place(_ name: String) -> String {
      guard name.hasPrefix("store:") else { return name }
      return "containers-storage:[overlay@\(root)+\(run)]\(name.dropFirst(6))"
    }
    return try workspace.must(
      ["/usr/bin/skopeo", "--insecure-policy", "copy", "--quiet", place(source), place(target)])
  }

  /// The folder of each layer.
  var layers: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/overlay")) ?? []
    return names.filter { $0.count == 64 }.map { "\(root)/overlay/\($0)" }
  }
}

/// Gives `body` a shared store with one image, which skopeo put there.
func withSharedStore(_ body: (SharedStore) throws -> Void) throws {
  try withWorkspace { workspace in
    let store = try SharedStore(workspace)
    try store.copy("oci:\(store.layout)", to: "store:\(SharedStore.image)")
    try body(store)
  }
}
