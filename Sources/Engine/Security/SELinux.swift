import LinuxSystem
import SystemPackage

/// The machine's SELinux and what its policy says of containers (selinux(8), lxc_contexts(5)).
struct SELinux {
  /// Where the machine's files are; `/` but for tests.
  var root = "/"

  /// Categories are numbers below this.
  private static let categories = 1024
  /// The pair that nobody gets but files which all privileged containers share.
  private static let privilegedLevel = "s0:c1022,c1023"

  private func path(_ path: String) -> String { root == "/" ? path : root + path }

  /// Whether the kernel has a policy.
  var isEnabled: Bool { fileExists(path("/sys/fs/selinux/enforce")) }

  // MARK: The policy

  /// The lines of the policy's `lxc_contexts`: `process`, `file`, `init_process`…
  private func contexts() -> [String: SELinuxContext] {
    guard let policy = setting("SELINUXTYPE", in: "/etc/selinux/config") else { return [:] }
    let text =
      (try? readFile(path("/etc/selinux/\(policy)/contexts/lxc_contexts"), limit: 1 << 16)) ?? []
    var result: [String: SELinuxContext] = [:]
    for (name, value) in Self.settings(text) {
      if let context = SELinuxContext(value) { result[name] = context }
    }
    return result
  }

  private func setting(_ name: String, in file: String) -> String? {
    guard let text = try? readFile(path(file), limit: 1 << 16) else { return nil }
    return Self.settings(text).last { $0.name == name }?.value
  }

  /// Lines of `name = "value"`.
  private static func settings(_ text: [UInt8]) -> [(name: String, value: String)] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      guard !trimmed.hasPrefix("#"), let equals = trimmed.firstIndex(of: "=") else { return nil }
      let name = trimmed[..<equals].filter { $0 != " " && $0 != "\t" }
      let value = trimmed[trimmed.index(after: equals)...].filter {
        $0 != " " && $0 != "\t" && $0 != "\""
      }
      return (String(name), String(value))
    }
  }

  // MARK: Labels

  /// The labels of a new container.
  ///
  /// - Parameters:
  ///   - options: `user:…`, `role:…`, `type:…`, `level:…`, `filetype:…`, `disable`, `nested`.
  ///   - isSystemd: whether an init system runs in it, for which the policy has another type.
  ///   - taken: the levels of the other containers.
  ///   - random: a number below the one given.
  func labels(
    _ options: [String], isSystemd: Bool = false, taken: Set<String>,
    random: (Int) -> Int = { Int.random(in: 0..<$0) }
  ) throws(EngineError) -> SELinuxLabels {
    guard isEnabled else { return SELinuxLabels() }
    let contexts = contexts()
    guard var files = contexts["file"] else { return SELinuxLabels() }
    if options.contains("disable") {
      files.level = Self.privilegedLevel
      return SELinuxLabels(process: "", files: "\(files)")
    }
    guard var process = (isSystemd ? contexts["init_process"] : nil) ?? contexts["process"] else {
      return SELinuxLabels()
    }
    var level: String?
    for option in options where option != "nested" {
      guard let colon = option.firstIndex(of: ":") else { throw Self.wrong(option) }
      let value = String(option[option.index(after: colon)...])
      if value.isEmpty { throw Self.wrong(option) }
      switch option[..<colon] {
      case "user":
        process.user = value
        files.user = value
      case "role": process.role = value
      case "type": process.type = value
      case "filetype": files.type = value
      case "level": level = value
      default: throw Self.wrong(option)
      }
    }
    if !process.level.isEmpty || level != nil {
      let chosen: String
      if let level { chosen = level } else { chosen = try freeLevel(taken, random) }
      process.level = chosen
      files.level = chosen
    }
    return SELinuxLabels(process: "\(process)", files: "\(files)")
  }

  private static func wrong(_ option: String) -> EngineError {
    .invalid(
      option: "--security-opt", value: "label=\(option)",
      reason: "it has to be disable, nested, or user, role, type, level or filetype with a value")
  }

  /// A pair of categories that no other container has.
  private func freeLevel(
    _ taken: Set<String>, _ random: (Int) -> Int
  ) throws(EngineError) -> String {
    for _ in 0..<10_000 {
      let first = random(Self.categories)
      let second = random(Self.categories)
      if first == second { continue }
      let level = "s0:c\(min(first, second)),c\(max(first, second))"
      if level != Self.privilegedLevel, !taken.contains(level) { return level }
    }
    throw .unsupported("a label of SELinux", reason: "all pairs of categories are taken")
  }

  // MARK: Files

  /// Folders of the host that no container may have relabelled.
  private static let refused: Set<String> = [
    "/", "/bin", "/boot", "/dev", "/etc", "/etc/passwd", "/etc/pki", "/etc/shadow", "/home", "/lib",
    "/lib64", "/media", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr",
    "/var", "/var/lib", "/var/log",
  ]

  /// Gives files that a container shares the label of its own files.
  ///
  /// - Parameter isShared: whether containers share them (`:z`), so that no pair of categories keeps the
  ///   others away.
  static func relabel(_ path: String, as label: String, isShared: Bool) throws {
    if label.isEmpty { return }
    let clean = "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    guard !refused.contains(clean) else {
      throw EngineError.failed(
        "relabelling of \(clean)", reason: "SELinux relabeling of \(clean) is not allowed")
    }
    var label = label
    if isShared, var context = SELinuxContext(label) {
      context.level = "s0"
      label = "\(context)"
    }
    let file = try openFile(clean, [.path])
    try set(label, on: "/proc/self/fd/\(file.lent.rawValue)", subject: clean)
    if try file.lent.status(subject: clean).kind == .directory {
      let folder = try openFile(clean, [.readOnly, .directory])
      try relabel(contentsOf: folder.lent, label, clean)
    }
  }

  private static func relabel(
    contentsOf folder: FileDescriptor, _ label: String, _ path: String
  ) throws {
    for name in try folder.entryNames() {
      let inside = "\(path)/\(name)"
      try set(
        label, on: "/proc/self/fd/\(folder.rawValue)/\(name)", subject: inside,
        followingLinks: false)
      guard try folder.status(of: name).kind == .directory else { continue }
      let below = try folder.open(name, [.readOnly, .directory, .noFollow])
      try relabel(contentsOf: below.lent, label, inside)
    }
  }

  /// A file system without labels is used as it is, as podman has it.
  private static func set(
    _ label: String, on path: String, subject: String, followingLinks: Bool = true
  ) throws {
    do throws(SystemError) {
      try setExtendedAttribute(
        path, "security.selinux", to: Array(label.utf8) + [0], followingLinks: followingLinks)
    } catch {
      if error.errno == .notSupported { return }
      throw SystemError("setxattr security.selinux", subject, error.errno)
    }
  }
}
