import LinuxSystem
import SystemPackage

/// The program CRIU of this machine.
struct Criu {
  /// The oldest one that answers the question for its version.
  static let oldest = CriuVersion(3, 0)

  let path: String
  let version: CriuVersion
  let log: RuntimeLog

  /// Finds CRIU and asks for its version.
  ///
  /// - Parameter program: a name to be found by PATH, or a path.
  static func find(_ program: String, _ log: RuntimeLog) throws -> Criu {
    guard let path = program.contains("/") ? try absolutePath(program) : HostProgram.find(program)
    else {
      throw RuntimeError.unsupported(
        field: "checkpoint and restore",
        reason: "the program \(program) was not found in PATH; please run: apt-get install criu")
    }
    let unknown = Criu(path: path, version: oldest, log: log)
    let response = try step("asking \(path) for its version") {
      try unknown.ask(CriuRequest(.version))
    }
    guard let version = response.version else {
      throw RuntimeError.processFailed("\(path) did not tell its version")
    }
    let criu = Criu(path: path, version: version, log: log)
    try criu.require(oldest, for: "this runtime")
    log.debug("criu is \(path), version \(version)")
    return criu
  }

  /// Checks that what needs a newer CRIU has it.
  func require(_ least: CriuVersion, for feature: String) throws {
    if version < least {
      throw RuntimeError.unsupported(
        field: feature, reason: "it needs criu \(least), and \(path) is \(version)")
    }
  }

  /// Checks that CRIU and the kernel have features.
  func require(_ wanted: CriuFeatures, for feature: String) throws {
    let response = try step("asking criu for its features") {
      try ask(CriuRequest(.featureCheck, features: wanted))
    }
    let missing = wanted.subtracting(response.features ?? [])
    if !missing.isEmpty {
      let names = missing.names.joined(separator: ", ")
      throw RuntimeError.unsupported(
        field: feature, reason: "criu \(version) and this kernel lack \(names)")
    }
  }

  /// Asks something that changes nothing.
  private func ask(_ request: CriuRequest) throws -> CriuResponse {
    var session = try CriuSession.start(path, streams: .none)
    return try session.perform(request) { _, _ in }
  }
}
