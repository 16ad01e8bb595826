import LinuxSystem
import RuntimeSpec

/// A kernel parameter of one of the container's namespaces.
struct Sysctl: Equatable {
  /// The name as it was given.
  let name: String
  /// Its file below /proc/sys.
  let path: String
  let value: String

  /// Checks the parameters: nothing that the host shares may be changed.
  static func all(
    _ parameters: [String: String], _ namespaces: [Spec.Linux.Namespace]
  ) throws -> [Sysctl] {
    // A dictionary has no order; one is needed so that failures are the same every time.
    return try parameters.keys.sorted().compactMap { name in
      guard let value = parameters[name] else { return nil }
      return try Sysctl(name, value, namespaces)
    }
  }

  private init(_ name: String, _ value: String, _ namespaces: [Spec.Linux.Namespace]) throws {
    self.name = name
    self.value = value
    path = Sysctl.path(of: name)
    let field = "linux.sysctl[\(quoted(name))]"
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      !name.utf8.contains(where: Sysctl.isForbidden)
    else { throw RuntimeError.invalid(field: field, reason: "this is no kernel parameter's name") }
    guard !value.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") }) else {
      throw RuntimeError.invalid(field: field, reason: "the value holds more than one line")
    }
    guard let kind = Sysctl.namespace(of: path) else {
      throw RuntimeError.invalid(
        field: field, reason: "it belongs to no namespace of its own: the host would change too")
    }
    if path == "kernel/hostname" {
      throw RuntimeError.invalid(field: field, reason: "the field hostname sets it")
    }
    guard let namespace = namespaces.first(where: { $0.type == kind }) else {
      throw RuntimeError.invalid(
        field: field, reason: "it needs a \(kind.rawValue) namespace in linux.namespaces")
    }
    if let path = namespace.path, !path.isEmpty, try Sysctl.isOurs(path, kind) {
      throw RuntimeError.invalid(
        field: field, reason: "\(path) is the host's namespace: the host would change too")
    }
  }

  private static func isForbidden(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=")
  }

  /// Whether a namespace that is to be joined is the one that we are in.
  private static func isOurs(_ path: String, _ kind: Spec.Linux.Namespace.Kind) throws -> Bool {
    guard let name = Namespaces(kind).fileName else { return false }
    let theirs = try openFile(path, [.path])
    let ours = try openFile("/proc/self/ns/\(name)", [.path])
    let (first, second) = (try theirs.lent.status(subject: path), try ours.lent.status())
    return first.inode == second.inode && first.fileSystem == second.fileSystem
  }

  /// Writes the parameters, for the namespaces of this process.
  static func write(_ sysctls: [Sysctl], _ procfs: borrowing ProcFileSystem) throws {
    for sysctl in sysctls {
      do {
        try procfs.write(sysctl.value, to: "sys/\(sysctl.path)")
      } catch {
        throw RuntimeError.step("linux.sysctl[\(quoted(sysctl.name))]", error)
      }
    }
  }

  /// `net.ipv4.ip_forward` and `net/ipv4/ip_forward` are the same (sysctl(8)): the first separator
  /// tells which of both it is, and the other is then part of a name, as in `eth0.100`.
  private static func path(of name: String) -> String {
    guard let first = name.first(where: { $0 == "." || $0 == "/" }), first == "." else {
      return name
    }
    return String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }

  /// The namespace that a parameter belongs to, by its path below /proc/sys.
  private static func namespace(of path: String) -> Spec.Linux.Namespace.Kind? {
    switch path {
    case "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall",
      "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced":
      .ipc
    case "kernel/domainname", "kernel/hostname": .uts
    case _ where path.hasPrefix("fs/mqueue/"): .ipc
    case _ where path.hasPrefix("net/"): .network
    default: nil
    }
  }
}
