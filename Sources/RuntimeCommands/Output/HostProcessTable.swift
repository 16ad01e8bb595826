import LinuxSystem
import SystemPackage

/// What the host's ps(1) prints.
enum HostProcessTable {
  /// No table is longer, in bytes.
  private static let limit = 64 << 20

  /// Runs the host's ps(1), and reads what it prints.
  static func read(_ arguments: [String]) throws -> String {
    var pipe = try Pipe()
    guard let source = pipe.reading.take(), let target = pipe.writing.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    let argumentVector = ArgumentVector(["ps"] + arguments)
    let environment = ArgumentVector(CurrentProcess.environment())
    let path = CurrentProcess.environmentVariable("PATH") ?? "/usr/bin:/bin"
    switch try Clone.clone() {
    case .child:
      try? target.lent.install(as: 1)
      try? target.lent.install(as: 2)
      for folder in path.split(separator: ":") where folder.hasPrefix("/") {
        // Returns only where there is none.
        try? CurrentProcess.execute("\(folder)/ps", argumentVector, environment)
      }
      try? target.lent.writeAll("there is no ps in $PATH, install the package procps")
      try? target.close()
      CurrentProcess.exit(127)
    case .parent(let process):
      try target.close()
      let output = String(decoding: try source.lent.readToEnd(limit: limit), as: UTF8.self)
      guard try process.wait() == .exited(0) else {
        throw CommandError.programFailed(
          "ps", reason: output.split(separator: "\n").joined(separator: "; "))
      }
      return output
    }
  }

  /// The title and the lines of some processes.
  ///
  /// - Throws: when there is no column PID to tell processes by.
  static func lines(of processes: [ProcessID], in table: String) throws -> String {
    var lines = table.split(separator: "\n")
    guard let title = lines.first,
      let column = title.split(separator: " ").firstIndex(of: "PID")
    else {
      throw CommandError.programFailed("ps", reason: "its output has no column PID")
    }
    lines.removeFirst()
    let wanted = Set(processes)
    let ours = lines.filter { line in
      let fields = line.split(separator: " ")
      return column < fields.count && ProcessID(fields[column]).map(wanted.contains) ?? false
    }
    return ([title] + ours).map { $0 + "\n" }.joined()
  }
}
