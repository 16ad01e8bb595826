public import LinuxSystem
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
    let digits = containerID.prefix(32)
    var parts: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return "\(runtimeFolder)/netns/netns-\(parts.joined(separator: "-"))"
  }

  /// Makes a namespace with its loopback device up, and mounts it at a path whose folder is made.
  ///
  /// The process has one thread and is in the namespace that it was in when this returns.
  public static func create(at path: String) throws(SystemError) {
    throw SystemError("unshare", path, .noFunction)
  }

  /// Unmounts a namespace and removes the file; one that is gone is no error.
  public static func remove(at path: String) throws(SystemError) {
  }
}
