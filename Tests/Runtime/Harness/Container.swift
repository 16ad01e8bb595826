import Foundation

/// A container that the runtime under test has made.
struct Container {
  let id: String
  let bundle: Bundle
  /// What `create` said.
  let creation: Output?

  init(id: String, bundle: Bundle, creation: Output? = nil) {
    self.id = id
    self.bundle = bundle
    self.creation = creation
  }

  var fixture: Fixture { bundle.fixture }

  /// Calls `command` of the runtime with this container's id behind `options`.
  @discardableResult
  func call(_ command: String, _ options: [String] = [], _ rest: [String] = []) throws -> Output {
    try fixture.execute([command] + options + [id] + rest)
  }

  /// Calls `command`, which must succeed.
  @discardableResult
  func must(_ command: String, _ options: [String] = [], _ rest: [String] = []) throws -> Output {
    let output = try call(command, options, rest)
    guard output.status == 0 else { throw HarnessError("\(output)") }
    return output
  }

  func start() throws { try must("start") }

  func state() throws -> JSONValue { try must("state").json }

  /// `created`, `running`, `paused` or `stopped`; `nil` where there is no such container.
  func status() throws -> String? {
    let output = try call("state")
    return output.status == 0 ? try output.json["status"].string : nil
  }

  func waitUntilStopped(seconds: Double = 10) throws -> Bool {
    try eventually(seconds) { try status() == "stopped" }
  }

  func pid() throws -> pid_t {
    guard let pid = try state()["pid"].integer, pid > 0 else {
      throw HarnessError("no process in the state of \(id)")
    }
    return pid_t(pid)
  }

  /// `exec` of a shell with `script`.
  @discardableResult
  func exec(_ options: [String] = [], _ script: String) throws -> Output {
    try call("exec", options, ["sh", "-c", script])
  }

  /// A file below /proc of the container's process.
  func processFile(_ name: String) throws -> String {
    try String(contentsOfFile: "/proc/\(try pid())/\(name)", encoding: .utf8)
  }
}
