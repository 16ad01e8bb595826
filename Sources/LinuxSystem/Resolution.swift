import CLinux
public import SystemPackage

/// How far the resolution of a path may go: the flags of openat2(2).
public struct Resolution: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// No mount point may be crossed.
  public static let withinMount = Resolution(rawValue: UInt64(RESOLVE_NO_XDEV))
  /// No link of procfs's own kind, as `/proc/self/fd/3`, may be followed.
  public static let noMagicLinks = Resolution(rawValue: UInt64(RESOLVE_NO_MAGICLINKS))
  /// No link at all may be followed.
  public static let noLinks = Resolution(rawValue: UInt64(RESOLVE_NO_SYMLINKS))
  /// The path may not leave the directory where it starts; one that would is an error.
  public static let beneath = Resolution(rawValue: UInt64(RESOLVE_BENEATH))
  /// The directory where the path starts is taken for `/`, as after chroot(2).
  public static let inRoot = Resolution(rawValue: UInt64(RESOLVE_IN_ROOT))
}

extension FileDescriptor {
  /// Opens a path from this directory, no component of which may be a link or `..`.
  ///
  /// It needs nothing of a kernel or a filter but openat(2).
  public func openWithoutLinks(
    _ path: String, _ flags: OpenFlags
  ) throws(SystemError) -> OwnedDescriptor {
    let names = path.pathComponents.map(String.init)
    guard let last = names.last, !names.contains("..") else {
      throw SystemError("open", path, .invalidArgument)
    }
    var directory = try open(".", [.path, .directory])
    for name in names.dropLast() {
      directory = try directory.lent.open(name, [.path, .directory, .noFollow])
    }
    return try directory.lent.open(last, flags.union(.noFollow))
  }

  /// Opens a path from this directory under limits. See openat2(2).
  ///
  /// A resolution that was disturbed by a rename elsewhere (EAGAIN) is tried again some times.
  /// `Errno.noFunction` (ENOSYS) or `.notPermitted` (EPERM) is what a kernel before 5.6 or a system
  /// call filter answers.
  public func open(
    _ path: String, _ flags: OpenFlags, mode: UInt32 = 0, within resolution: Resolution
  ) throws(SystemError) -> OwnedDescriptor {
    var attempts = 0
    while true {
      do throws(SystemError) {
        let number = try systemCall("openat2", path) {
          clinux_openat2(
            rawValue, path, UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), UInt64(mode),
            resolution.rawValue)
        }
        return OwnedDescriptor(owning: number)
      } catch where error.errno == .resourceTemporarilyUnavailable && attempts < 128 {
        attempts += 1
      }
    }
  }
}
