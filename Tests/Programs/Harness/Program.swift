import Foundation

/// A program of this machine, found by its name in PATH.
struct Program {
  let path: String

  /// The program, or `nil` where it is not installed.
  static func named(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return (folders.map(String.init) + ["/usr/sbin", "/sbin"])
      .map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }

  static let podman = named("podman")
  static let buildah = named("buildah")
  static let containerd = named("containerd")
  static let ctr = named("ctr")
  static let criu = named("criu")

  /// Why no program can be tried with the runtime under test; `nil` where it can.
  static let reasonToSkip: String? = {
    if runtime.isEmpty { return "OCI_RUNTIME does not name a runtime" }
    if access(runtime, X_OK) != 0 { return "OCI_RUNTIME cannot be executed: \(runtime)" }
    if geteuid() != 0 { return "engines that run containers for the machine need root" }
    if access("/bin/busybox", X_OK) != 0 { return "busybox-static is not installed" }
    return nil
  }()

  /// The OCI runtime under test: an absolute path from `OCI_RUNTIME`.
  static let runtime = ProcessInfo.processInfo.environment["OCI_RUNTIME"] ?? ""
}

/// The top folder of the project.
let projectFolder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
