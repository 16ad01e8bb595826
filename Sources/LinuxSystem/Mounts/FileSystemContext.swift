import CLinux
import Glibc
import SystemPackage

/// A file system in the making (Linux 5.2): its options one by one, then its first mount, which is
/// attached nowhere yet. See fsopen(2), fsconfig(2), fsmount(2) of the kernel's manual.
public struct FileSystemContext: ~Copyable {
  /// The longest value that `set` can pass on, in bytes.
  public static let longestValue = 255

  private let descriptor: OwnedDescriptor
  private let type: String

  /// Begins a file system of a type of /proc/filesystems.
  public init(type: String) throws(SystemError) {
    self.type = type
    let number = try systemCall("fsopen", type) { fsopen(type, CUnsignedInt(FSOPEN_CLOEXEC)) }
    descriptor = OwnedDescriptor(owning: number)
  }

  /// Sets an option with a value, as `size` to `64m`; `source` is what mount tables show first.
  public func set(_ key: String, to value: String) throws(SystemError) {
    try configure("\(key)=\(value)", FSCONFIG_SET_STRING, key, value)
  }

  /// Sets an option without a value, as `ro` or `newinstance`.
  public func set(_ flag: String) throws(SystemError) {
    try configure(flag, FSCONFIG_SET_FLAG, flag, nil)
  }

  /// Makes the file system (or finds the one that exists) and a mount of it; done once.
  public func mount(_ attributes: MountAttributes) throws(SystemError) -> OwnedDescriptor {
    try configure("", FSCONFIG_CMD_CREATE, nil, nil)
    let number = try systemCall("fsmount", type) {
      fsmount(
        descriptor.number, CUnsignedInt(FSMOUNT_CLOEXEC), CUnsignedInt(attributes.rawValue))
    }
    return OwnedDescriptor(owning: number)
  }

  private func configure(
    _ subject: String, _ command: fsconfig_command, _ key: String?, _ value: String?
  ) throws(SystemError) {
    do throws(SystemError) {
      try systemCall("fsconfig", subject) {
        fsconfig(descriptor.number, command.rawValue, key, value, 0)
      }
    } catch {
      throw SystemError("mount \(type)", explained(subject), error.errno)
    }
  }

  /// The subject with what the kernel says of the failure in its log of this context, if anything.
  private func explained(_ subject: String) -> String {
    var message = [UInt8](repeating: 0, count: 256)
    let count = message.withUnsafeMutableBytes { read(descriptor.number, $0.baseAddress, $0.count) }
    guard count > 2 else { return subject }
    // Each line begins with its level: `e tmpfs: Bad value for 'size'`.
    let text = String(decoding: message[2..<count].prefix { $0 != 10 }, as: UTF8.self)
    return subject.isEmpty ? "(\(text))" : "\(subject) (\(text))"
  }
}
