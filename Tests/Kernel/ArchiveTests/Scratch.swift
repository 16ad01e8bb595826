import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Archive

/// A folder of a test's own, which goes when the test ends.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/archive-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw SystemError("mkdtemp", "/tmp", Errno(rawValue: errno))
    }
    path = String(cString: made)
  }

  deinit {
    let parts = path.split(separator: "/").map(String.init)
    if let name = parts.last, let parent = try? openFile("/tmp", [.readOnly, .directory]) {
      try? parent.lent.removeEntry(EntryName(name.utf8))
    }
  }

  /// Makes a folder in it and opens it.
  func folder(_ name: String) throws -> OwnedDescriptor {
    try makeDirectories("\(path)/\(name)", mode: 0o755)
    return try openFile("\(path)/\(name)", [.readOnly, .directory])
  }

  /// Runs a shell in it.
  ///
  /// - Returns: what it wrote to its output.
  @discardableResult
  func shell(_ script: String) throws -> String {
    let output = "\(path)/.output"
    let text = "PROBE=\(probe); cd \(path) || exit 99; { \(script)\n} >\(output) 2>\(output)-2"
    var pid = pid_t()
    let words = ["/bin/sh", "-eu", "-c", text]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let result = posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environ)
    guard result == 0 else { throw SystemError("posix_spawn", "/bin/sh", Errno(rawValue: result)) }
    let status = try ProcessHandle.wait(for: pid)
    let bytes = try readFile(output, limit: 1 << 26)
    let complaint = try readFile(output + "-2", limit: 1 << 20)
    try unlink(output)
    try unlink(output + "-2")
    guard status == .exited(0) else {
      throw ShellFailure(
        script: script, status: status, complaint: String(decoding: complaint, as: UTF8.self))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func unlink(_ path: String) throws { try systemCall("unlink") { Glibc.unlink(path) } }
}

struct ShellFailure: Error {
  var script: String
  var status: LinuxSystem.ExitStatus
  /// What the script wrote to its standard error.
  var complaint = ""
}

/// What of a tree a test compares: one line an entry.
let treeListing =
  "find . -mindepth 1 -printf '%P %y %m %U:%G %s %l %T@\\n' | sed -E 's/^([^ ]* d [^ ]* [^ ]*) [0-9]+/\\1/' | sort"

extension TarWriter {
  /// Entries and the content of those that are regular files.
  static func archive(_ entries: [(TarEntry, String)]) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TarWriter(to: sink)
    for (entry, content) in entries {
      if entry.kind == .regular {
        try writer.writeFile(entry, content: Array(content.utf8))
      } else {
        try writer.write(entry)
      }
    }
    try writer.finish()
    return sink.bytes
  }
}

/// The program that SwiftPM built beside the tests.
private let probe: String = {
  let own = (try? linkTarget(of: "/proc/self/exe")) ?? ""
  let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
  let folder = bundle.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/ArchiveProbe"
  if bundle.hasPrefix("/") { return folder }
  return ((try? CurrentProcess.workingDirectory()) ?? "") + folder
}()
