import CommandLine
import Engine
import LinuxSystem

/// The options of `run` and `create`, and how they become a `ContainerRequest`. Each subject has its
/// file.
struct ContainerOptions {
  let options: ParsedOptions
  /// The environment of this process, for names without values.
  let environment: [String: String]
  /// Where relative paths begin.
  let folder: String

  init(_ call: Call) throws {
    if call.options.isDeclared("kernel-memory"), call.options.has("kernel-memory") {
      call.warn("The --kernel-memory flag is no longer supported. This flag is a noop.")
    }
    options = call.options
    environment = Call.environment
    folder = try CurrentProcess.workingDirectory()
  }

  static var declarations: [Option] {
    general + image + process + namespaces + security + resources + storage + network + health
  }

  /// The request that a command line makes.
  ///
  /// - Parameters:
  ///   - arguments: the image, or the root file system, and the command.
  ///   - line: the whole command line.
  func request(_ arguments: [String], line: [String]) throws -> ContainerRequest {
    var request = ContainerRequest()
    request.createCommand = line
    guard let first = arguments.first else {
      throw CommandFailure("an image is needed")
    }
    if options.flag("rootfs") {
      try setRoot(first, &request)
    } else {
      request.image = first
    }
    if arguments.count > 1 { request.process.command = Array(arguments.dropFirst()) }
    try applyGeneral(&request)
    try applyImage(&request)
    try applyProcess(&request)
    applyNamespaces(&request)
    try applySecurity(&request)
    try applyResources(&request)
    try applyStorage(&request)
    try applyNetwork(&request)
    try applyHealth(&request)
    return request
  }

  /// `DIR[:O][:idmap…]`.
  private func setRoot(_ text: String, _ request: inout ContainerRequest) throws {
    let parts = text.split(separator: ":").map(String.init)
    guard let path = parts.first else { throw CommandFailure("a root file system is needed") }
    request.rootfs = path.hasPrefix("/") ? path : folder + "/" + path
    for option in parts.dropFirst().flatMap({ $0.split(separator: ",") }) {
      switch option {
      case "O": request.isRootfsOverlay = true
      case "idmap": request.rootfsIDMap = ""
      case _ where option.hasPrefix("idmap="):
        request.rootfsIDMap = String(option.dropFirst("idmap=".count))
      default: throw CommandFailure("invalid option \"\(option)\" for --rootfs \(text)")
      }
    }
  }

  // MARK: Reading values

  /// `name=value` each; without `=` the value is empty.
  func pairs(_ entries: [String]) -> [(name: String, value: String)] {
    entries.map { entry in
      guard let equals = entry.firstIndex(of: "=") else { return (entry, "") }
      return (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
    }
  }

  func dictionary(_ entries: [String]) -> [String: String] {
    Dictionary(pairs(entries).map { ($0.name, $0.value) }) { $1 }
  }

  func bytes(_ name: String) throws -> Int64? {
    guard let text = options.given(name), !text.isEmpty else { return nil }
    if text == "-1" { return -1 }
    guard let size = ByteCount.parse(text) else {
      throw EngineError.invalid(
        option: "--\(name)", value: text, reason: "it has to be a number with b, k, m or g")
    }
    return size
  }

  func unsigned(_ name: String) -> UInt64? { options.has(name) ? options.unsigned(name) : nil }
  func integer(_ name: String) -> Int64? { options.has(name) ? options.integer(name) : nil }
  func flag(_ name: String) -> Bool? { options.has(name) ? options.flag(name) : nil }

  func nanoseconds(_ name: String) throws -> Int64? {
    guard let text = options.given(name), !text.isEmpty else { return nil }
    if text == "disable" { return 0 }
    guard let length = TimeText.duration(text) else {
      throw EngineError.invalid(
        option: "--\(name)", value: text,
        reason: "it has to be a length of time such as 30s or 1m30s")
    }
    return length
  }

  /// The lines of a file.
  ///
  /// - Parameter purpose: what they are for, for the message where it cannot be read.
  func lines(_ path: String, purpose: String) throws -> [String] {
    do {
      let text = String(decoding: try readFile(path, limit: 16 << 20), as: UTF8.self)
      return text.split(whereSeparator: \.isNewline).map(String.init)
    } catch {
      throw CommandFailure("reading \(purpose) from \(goQuoted(path)): \(error)")
    }
  }
}
