public import LinuxSystem
import Netlink
public import SystemPackage

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
  /// A namespace that an earlier run left there is removed first. The process has one thread, and is in
  /// the namespace that it was in when this returns.
  public static func create(at path: String) throws(SystemError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeDirectories(String(path[..<slash]), mode: 0o755)
    }
    try remove(at: path)
    _ = try openFile(path, [.readOnly, .create, .exclusive], mode: 0)
    do throws(SystemError) {
      let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
      try Namespaces.unshare(.network)
      do throws(SystemError) {
        try mount("/proc/thread-self/ns/net", on: path, .bind)
        var session = RouteSession(try KernelSocket(.route))
        try session.setUp(true, Link.loopbackIndex)
      } catch {
        try Namespaces.join(home.lent, .network)
        throw error
      }
      try Namespaces.join(home.lent, .network)
    } catch {
      try? remove(at: path)
      throw error
    }
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

  /// Does something in another network namespace, and comes back. The process has one thread.
  public static func run<Result, Failure: Error>(
    in namespace: FileDescriptor, _ body: () throws(Failure) -> Result
  ) throws(SystemError) -> Swift.Result<Result, Failure> {
    let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
    try Namespaces.join(namespace, .network)
    let result: Swift.Result<Result, Failure>
    do throws(Failure) {
      result = .success(try body())
    } catch {
      result = .failure(error)
    }
    try Namespaces.join(home.lent, .network)
    return result
  }

  /// A socket for the devices and routes of a namespace.
  static func session(
    in namespace: FileDescriptor
  ) throws(SystemError) -> RouteSession<KernelSocket> {
    let home = try openFile("/proc/thread-self/ns/net", [.readOnly])
    try Namespaces.join(namespace, .network)
    let socket: KernelSocket
    do throws(SystemError) {
      socket = try KernelSocket(.route)
    } catch {
      try Namespaces.join(home.lent, .network)
      throw error
    }
    try Namespaces.join(home.lent, .network)
    return RouteSession(socket)
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
