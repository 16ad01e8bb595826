import Foundation

/// The runtime under test with the folder of its states.
struct Runtime {
  var binary: String
  /// The value of `--root`.
  var root: String
  /// Global options beside `--root`.
  var options: [String] = []
  /// What stands before the binary on the command line, such as `setpriv`.
  var prefix: [String] = []

  func arguments(_ arguments: [String]) -> [String] {
    prefix + [binary, "--root", root] + options + arguments
  }
}

extension Runtime {
  /// The value of `OCI_RUNTIME`; empty where there is none.
  static let path = ProcessInfo.processInfo.environment["OCI_RUNTIME"] ?? ""

  /// Why none of the tests can run; `nil` where they can.
  static let reasonToSkip: String? = {
    if path.isEmpty { return "OCI_RUNTIME does not name a runtime" }
    if !path.hasPrefix("/") { return "OCI_RUNTIME must be an absolute path: \(path)" }
    if access(path, X_OK) != 0 { return "OCI_RUNTIME cannot be executed: \(path)" }
    if geteuid() != 0 { return "the tests of a runtime need root" }
    if access(BusyboxRoot.program, X_OK) != 0 {
      return "\(BusyboxRoot.program) is missing (Debian: busybox-static)"
    }
    return nil
  }()

  static let name = URL(fileURLWithPath: path).lastPathComponent

  /// Whether what only this project's runtime promises is asked for too.
  static let isStrict =
    ProcessInfo.processInfo.environment["OCI_RUNTIME_STRICT"] == "1" || name == "ocirun"

  private static let about: (version: String, features: JSONValue) = {
    guard reasonToSkip == nil else { return ("", .null) }
    let folder = SharedFolder.path
    let version = try? ChildProcess(Command([path, "--version"]), outputIn: folder).wait()
    let features = try? ChildProcess(Command([path, "features"]), outputIn: folder).wait()
    return (version?.stdout ?? "", (try? features?.json) ?? .null)
  }()

  /// What `features` prints; `.null` where the runtime has no such command.
  static var features: JSONValue { about.features }

  /// The newest specification that the runtime says it knows.
  static let specification: Version = {
    if let named = features["ociVersionMax"].string { return Version(named) }
    let line = about.version.split(separator: "\n").first { $0.hasPrefix("spec:") }
    return Version(line.map { String($0.dropFirst(5)) } ?? "")
  }()

  /// runc's version where the runtime is runc.
  static let runc: Version? = {
    guard let first = about.version.split(separator: "\n").first,
      first.hasPrefix("runc version ")
    else { return nil }
    return Version(String(first.dropFirst(13)))
  }()

  static func isRunc(before version: Version) -> Bool {
    runc.map { $0 < version } ?? false
  }

  static let isCrun = about.version.hasPrefix("crun version")

  static func knows(mountOption option: String) -> Bool {
    features["mountOptions"].strings.contains(option)
  }

  static func knows(namespace: String) -> Bool {
    features["linux", "namespaces"].strings.contains(namespace)
  }
}

/// The numbers of a version, compared one after another.
struct Version: Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
  let numbers: [Int]

  init(_ text: String) {
    let numeric = text.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "." }
    numbers = numeric.split(separator: ".").compactMap { Int($0) }
  }

  init(stringLiteral text: String) { self.init(text) }

  static func < (left: Version, right: Version) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }

  var description: String { numbers.map(String.init).joined(separator: ".") }
}
