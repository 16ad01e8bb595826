import JSON
import LinuxSystem
import SystemPackage

/// Keeps the data of secrets by commands of the user's, which get the id in `SECRET_ID`.
struct ShellSecretDriver: SecretDriver {
  private let commands: [String: String]

  /// - Parameter options: `store`, `lookup`, `delete` and `list`, a shell command each.
  init(_ options: [String: String]) throws(EngineError) {
    let names = ["delete", "list", "lookup", "store"]
    for name in options.keys where !names.contains(name) {
      throw .failed("invalid shell driver option", reason: quoted(name))
    }
    for name in names where options[name, default: ""].isEmpty {
      throw .failed(
        "missing config value", reason: "the driver shell needs --driver-opts \(name)=…")
    }
    commands = options
  }

  func data(of id: String) throws -> [UInt8] { try run("lookup", id) }
  func store(_ data: [UInt8], as id: String) throws { _ = try run("store", id, input: data) }
  func remove(_ id: String) throws { _ = try run("delete", id) }

  private func run(_ name: String, _ id: String, input: [UInt8] = []) throws -> [UInt8] {
    let result = try ProgramOutput.run(
      ["/bin/sh"], ["sh", "-c", commands[name] ?? ""], input: input,
      environment: CurrentProcess.environment() + ["SECRET_ID=\(id)"])
    guard result.status == 0 else {
      throw EngineError.program(
        "the \(name) command of the secret \(id)", status: result.status, message: result.errors)
    }
    return result.output
  }
}

/// Keeps the data of secrets as files that gpg(1) has encrypted, where pass(1) keeps passwords.
struct PassSecretDriver: SecretDriver {
  private var root: String?
  private var key: String?
  private var keyFolder: String?

  /// - Parameters:
  ///   - options: `root`, `key` and `gpghomedir`.
  ///   - home: where the password store is looked for.
  init(_ options: [String: String], home: String) {
    let usual = ["\(home)/.password-store", "\(home)/.local/share/gopass/stores/root"]
    root =
      options["root"] ?? usual.first { (try? openFile($0, [.path, .directory])) != nil }
    var folder = root
    while key == nil, let place = folder, place.count > 1 {
      key = (try? readRegularFile("\(place)/.gpg-id", limit: 4096)).map {
        String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isNewline).joined()
      }
      folder = place.lastIndex(of: "/").map { String(place[..<$0]) }
    }
    key = options["key"] ?? key
    keyFolder = options["gpghomedir"]
  }

  func data(of id: String) throws -> [UInt8] {
    try gpg(["--decrypt", try file(id)], [])
  }

  func store(_ data: [UInt8], as id: String) throws {
    guard let key else {
      throw EngineError.unsupported(
        "the secret driver pass",
        reason: "it knows no key; please run 'pass init' or give --driver-opts key=…")
    }
    _ = try gpg(["--encrypt", "-r", key, "-o", try file(id)], data)
  }

  func remove(_ id: String) throws {
    let path = try file(id)
    do throws(SystemError) {
      try removeFile(path)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
  }

  private func file(_ id: String) throws(EngineError) -> String {
    guard let root else {
      throw .unsupported(
        "the secret driver pass",
        reason: "there is no password store; please run 'pass init' or give --driver-opts root=…")
    }
    return "\(root)/\(id).gpg"
  }

  private func gpg(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
    let keys = keyFolder.map { ["--homedir", $0] } ?? []
    let result = try ProgramOutput.run(
      ["/usr/bin/gpg", "/usr/local/bin/gpg"], ["gpg", "--batch"] + keys + arguments, input: input)
    guard result.status == 0 else {
      throw EngineError.program("gpg", status: result.status, message: result.errors)
    }
    return result.output
  }
}
