import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The mounts of a container that CRIU neither saves nor makes, but takes from outside: what the
/// configuration binds into the container.
///
/// CRIU gets a pair for each, and makes of it one text, `mnt[KEY]:VALUE`, in which it then looks for
/// what stands before the first `]:` that fits. A key that holds these characters could so give a
/// mount of another name a source on the host; such keys are refused, and nothing but the
/// configuration ever makes one.
struct ExternalMounts {
  private(set) var list: [CriuOptions.ExternalMount] = []

  /// Adds a mount.
  ///
  /// - Parameters:
  ///   - key: when dumping the mount point in the container, when restoring the name given then.
  ///   - field: where in the configuration it comes from, for errors.
  mutating func add(_ key: String, _ value: String, field: String) throws {
    try Self.check(key, field)
    if list.contains(where: { $0.key == key }) { return }
    list.append(CriuOptions.ExternalMount(key: key, value: value))
  }

  private static func check(_ key: String, _ field: String) throws {
    // An empty key makes CRIU take any mount that it does not know from the host.
    let isPath = key.utf8.starts(with: "/".utf8) && key.utf8.count > 1
    let isPlain = key.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7f && $0 != "]" && $0 != "[" && $0 != ":"
    }
    if !isPath || !isPlain {
      throw RuntimeError.unsupported(
        field: field,
        reason: "\(quoted(key)) holds a bracket, a colon or a control character, which criu would "
          + "take for the name of another mount")
    }
  }
}
