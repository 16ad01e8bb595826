import LinuxSystem
import SystemPackage

/// Why a program cannot be run. Engines read these sentences to tell exit status 126 from 127.
enum ExecutableError: Error, CustomStringConvertible {
  /// A name without a slash that is in none of the folders of PATH, or an empty one.
  case notInPath(String)
  case unusable(String, Errno)

  var description: String {
    switch self {
    case .notInPath(let name): "exec: \(quoted(name)): executable file not found in $PATH"
    case .unusable(let path, .noSuchFileOrDirectory):
      "exec: \(quoted(path)): \(SystemError("stat", path, .noSuchFileOrDirectory))"
    case .unusable(let path, let reason):
      "exec: \(quoted(path)): \(SystemError("", "", reason).description.dropFirst(2))"
    }
  }
}

/// The program that a container's process becomes.
enum Executable {
  /// Finds the program that `process.args` begins with, as execvp(3) would: a name with a slash is
  /// a path, any other is searched for in the folders of PATH.
  ///
  /// To be called as the user, and in the working directory, that the program will have.
  static func find(_ name: String, _ environment: [String]) throws -> String {
    if name.isEmpty { throw ExecutableError.notInPath(name) }
    if name.utf8.contains(UInt8(ascii: "/")) {
      do throws(SystemError) {
        try checkExecutable(name)
      } catch {
        throw ExecutableError.unusable(name, error.errno)
      }
      return name
    }
    let path = Environment.value(of: "PATH", in: environment) ?? ""
    for folder in path.split(separator: ":") where folder.hasPrefix("/") {
      let candidate = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
      if (try? checkExecutable(candidate)) != nil { return candidate }
    }
    throw ExecutableError.notInPath(name)
  }

  /// Becomes the program. Returns only by throwing.
  static func run(
    _ path: String, _ arguments: ArgumentVector, _ environment: ArgumentVector
  ) throws -> Never {
    try CurrentProcess.execute(path, arguments, environment)
  }
}
