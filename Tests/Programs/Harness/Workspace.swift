import Foundation

/// What one test owns: a folder, a cgroup, an environment, and what has to be undone at its end in
/// reverse order, whether the test succeeds or not.
final class Workspace {
  /// A name that nothing else on this machine has.
  let name: String
  let folder: String
  var environment = ProcessInfo.processInfo.environment
  private var undo: [() -> Void] = []

  init() throws {
    // No dash, which would nest systemd's slice; short, because socket addresses below it have at most 107 bytes.
    var template = Array("/tmp/progtestXXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw HarnessError("cannot make a folder in /tmp: \(String(cString: strerror(errno)))")
    }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    name = String(folder.dropFirst("/tmp/".count))
    chmod(folder, 0o755)
  }

  /// Calls `action` at the end of the test, before all that was given earlier.
  func atEnd(_ action: @escaping () -> Void) { undo.append(action) }

  func cleanUp() {
    while let action = undo.popLast() { action() }
    for mount in mounts.reversed() { umount2(mount, Int32(MNT_DETACH)) }
    // What was killed leaves its cgroup a little later.
    _ = eventually(5) {
      for cgroup in cgroups.reversed() { rmdir(cgroup) }
      return cgroups.isEmpty
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The mounts below the test's folder.
  var mounts: [String] {
    return procFile("/proc/self/mountinfo").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[4].hasPrefix(folder + "/") ? String(fields[4]) : nil
    }
  }

  /// The cgroups of the test, in every hierarchy, parents first.
  var cgroups: [String] {
    let top = "/sys/fs/cgroup"
    var found: [String] = []
    for hierarchy in [top] + folders(in: top) {
      for group in ["\(hierarchy)/\(name)", "\(hierarchy)/\(name).slice"]
      where access(group, F_OK) == 0 {
        found += [group] + foldersBelow(group)
      }
    }
    return found
  }

  /// A file of this test.
  func write(_ text: String, to file: String) throws -> String {
    let path = "\(folder)/\(file)"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  /// A root file system with busybox.
  func makeRoot(_ name: String = "rootfs") throws -> String {
    let path = "\(folder)/\(name)"
    try must("\(projectFolder)/Scripts/make-rootfs", path)
    return path
  }

  /// Starts a program that ends with the test at the latest.
  func start(_ arguments: [String]) throws -> ChildProcess {
    let child = try ChildProcess(command(arguments), outputIn: folder)
    atEnd {
      child.send(SIGTERM)
      if !eventually(10, { child.isOver }) { child.stop() }
    }
    return child
  }

  /// Runs a program on a terminal of its own, on which nobody types.
  func runOnTerminal(_ arguments: [String]) throws -> Output {
    let line = arguments.map { "'\($0)'" }.joined(separator: " ")
    var command = command(["/usr/bin/script", "-qec", line, "/dev/null"])
    // The end of script's input would end the session, maybe before the container has spoken.
    let silence = Pipe()
    command.descriptors[0] = silence.fileHandleForReading.fileDescriptor
    let output = try ChildProcess(command, outputIn: folder).wait(seconds: 60)
    try silence.fileHandleForWriting.close()
    return output
  }

  /// Runs a program and waits for its end.
  @discardableResult
  func run(_ arguments: [String], input: String? = nil) throws -> Output {
    var command = command(arguments)
    command.input = input
    return try ChildProcess(command, outputIn: folder).wait(seconds: 60)
  }

  private func command(_ arguments: [String]) -> Command {
    var command = Command(arguments)
    command.environment = environment
    command.directory = folder
    return command
  }

  /// Runs a program that has to succeed.
  @discardableResult
  func must(_ arguments: String...) throws -> Output { try must(arguments) }

  @discardableResult
  func must(_ arguments: [String]) throws -> Output {
    let output = try run(arguments)
    guard output.status == 0 else { throw HarnessError(output.description) }
    return output
  }
}

/// Gives `body` a workspace of its own and cleans up after it.
func withWorkspace(_ body: (Workspace) throws -> Void) throws {
  let workspace = try Workspace()
  defer { workspace.cleanUp() }
  try body(workspace)
}

/// The text of a file of /proc. Foundation reads such a file, which has no size, only as far as one
/// call goes: a page.
func procFile(_ path: String) -> String {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return "" }
  defer { close(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65_536)
  while case let count = read(file, &part, part.count), count > 0 { bytes += part.prefix(count) }
  return String(decoding: bytes, as: UTF8.self)
}

/// A file's text; empty where it cannot be read.
func contents(_ path: String) -> String {
  (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
}

private func folders(in path: String) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  return names.sorted().map { path + "/" + $0 }.filter { entry in
    var status = stat()
    return lstat(entry, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

private func foldersBelow(_ path: String) -> [String] {
  folders(in: path).flatMap { [$0] + foldersBelow($0) }
}
