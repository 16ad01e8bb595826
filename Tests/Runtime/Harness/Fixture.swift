import Foundation
import Testing

/// The folder of this run of the tests: the compiled probe, the file system that all start from.
enum SharedFolder {
  static let path: String = {
    let path = makeTemporaryFolder()
    atexit { try? FileManager.default.removeItem(atPath: SharedFolder.path) }
    return path
  }()
}

private func makeTemporaryFolder() -> String {
  // Short, because socket addresses below it have at most 107 bytes.
  var template = Array("\(Fixture.folderPrefix)XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { preconditionFailure("cannot make a folder in /tmp") }
  let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  // Containers in user namespaces and unprivileged runtimes must be able to pass.
  chmod(path, 0o755)
  return path
}

/// What one test owns: a folder, a runtime with its own `--root`, processes and containers. All of
/// it is taken away in reverse order, whether the test succeeds or not.
final class Fixture {
  static let folderPrefix = "/tmp/ocitest-"

  let folder: String
  var runtime: Runtime
  private var undo: [() -> Void] = []
  private var counter = 0
  private let stem: String

  init() throws {
    folder = makeTemporaryFolder()
    stem = String(folder.dropFirst("/tmp/".count))
    runtime = Runtime(binary: Runtime.path, root: folder + "/state")
  }

  /// Calls `action` at the end of the test, before all that was given earlier.
  func atEnd(_ action: @escaping () -> Void) { undo.append(action) }

  func cleanUp() {
    while let action = undo.popLast() { action() }
    for mount in HostMounts.points(below: folder).reversed() { umount2(mount, Int32(MNT_DETACH)) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// An id that no other container on the machine has; its container is deleted at the end.
  func newID() -> String {
    counter += 1
    let id = "\(stem)-\(counter)"
    atEnd { [self] in
      _ = try? execute(["delete", "--force", id])
      Cgroups.remove(named: id)
    }
    return id
  }

  /// A folder of this test.
  func newFolder(_ name: String) throws -> String {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// A file of this test.
  func newFile(_ name: String, _ text: String = "", mode: mode_t = 0o644) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    chmod(path, mode)
    return path
  }

  /// Starts a process that ends with the test at the latest.
  func spawn(_ command: Command) throws -> ChildProcess {
    let child = try ChildProcess(command, outputIn: folder)
    atEnd { child.stop() }
    return child
  }

  /// Runs a program of the host, and throws where it fails.
  @discardableResult
  func host(_ arguments: String..., input: String? = nil) throws -> Output {
    var command = Command(arguments)
    command.input = input
    let output = try spawn(command).wait()
    guard output.status == 0 else { throw HarnessError("\(output)") }
    return output
  }

  /// Calls the runtime under test and waits for its end.
  @discardableResult
  func execute(
    _ arguments: [String], input: String? = nil, descriptors: [Int32: Int32] = [:],
    environment: [String: String]? = nil, directory: String? = nil, seconds: Double = 30
  ) throws -> Output {
    var command = Command(runtime.arguments(arguments))
    command.input = input
    command.descriptors = descriptors
    command.environment = environment
    command.directory = directory
    return try ChildProcess(command, outputIn: folder).wait(seconds: seconds)
  }
}

/// Gives `body` a bundle of its own, and cleans up after it.
func withBundle(_ body: (Bundle) throws -> Void) throws {
  let fixture = try Fixture()
  defer { fixture.cleanUp() }
  try body(try Bundle(fixture))
}
