public import LinuxSystem
import Netlink
import SystemPackage

/// A network namespace that lives as long as a file of it is mounted.
public enum NetworkNamespace {
  /// Where engines keep such files: podman's and `ip netns`'s place.
  ///
  /// - Parameters:
  ///   - containerID: 64 hexadecimal digits.
  ///   - runtimeFolder: /run, or a user's XDG_RUNTIME_DIR.
  public static func path(ofContainer containerID: String, runtimeFolder: String = "/run") -> String
  {
    var parts: [Substring] = []
    var rest = containerID.prefix(32)
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return "\(runtimeFolder)/netns/netns-\(parts.joined(separator: "-"))"
  }

  /// Makes a namespace with its loopback device up, and mounts it at a path whose folder is made.
  ///
  /// A namespace that an earlier run left there is removed first. The process has one thread.
  public static func create(at path: String) throws(SystemError) {
    try makeFile(at: path)
    do throws(SystemError) {
      try NamespaceVisit.new { (source) throws(SystemError) in
        try mount(source, on: path, .bind)
      }
    } catch {
      try? remove(at: path)
      throw error
    }
  }

  /// Mounts a process's namespace at a path whose folder is made, for programs that may not look at
  /// the process: one with users of its own shows its namespaces to nobody without privileges over it.
  public static func keep(ofProcess process: ProcessID, at path: String) throws(SystemError) {
    try makeFile(at: path)
    do throws(SystemError) {
      try mount("/proc/\(process)/ns/net", on: path, .bind)
    } catch {
      try? remove(at: path)
      throw error
    }
  }

  private static func makeFile(at path: String) throws(SystemError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeDirectories(String(path[..<slash]), mode: 0o755)
    }
    try remove(at: path)
    _ = try openFile(path, [.readOnly, .create, .exclusive], mode: 0)
  }

  /// Unmounts a namespace and removes the file; one that is gone is no error.
  public static func remove(at path: String) throws(SystemError) {
    do throws(SystemError) {
      try unmount(path, [.detach, .noFollow])
    } catch {
      guard error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory else {
        throw error
      }
    }
    do throws(SystemError) {
      try removeFile(path)
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
    }
  }

  /// A socket for the devices and routes of a namespace.
  static func session(
    in namespace: FileDescriptor
  ) throws(SystemError) -> RouteSession<KernelSocket> {
    RouteSession(try NamespaceVisit.socket(.route, in: namespace))
  }

  /// The number that tells a namespace from all others that live; nil where the file is none or
  /// is not there.
  static func identity(of path: String) -> UInt64? {
    guard let file = try? openFile(path, [.readOnly, .nonBlocking]),
      (try? file.lent.namespaceKind()) == .network,
      let status = try? file.lent.status(subject: path)
    else { return nil }
    return status.inode
  }
}
