import CLinux
import Glibc
public import SystemPackage

extension FileDescriptor {
  /// What kind of namespace a file of /proc/PID/ns, or a bind mount of one, stands for. See ioctl_ns(2).
  public func namespaceKind() throws(SystemError) -> Namespaces {
    // NS_GET_NSTYPE, whose macro Swift does not see: _IO(0xb7, 3).
    let kind = try systemCall("ioctl NS_GET_NSTYPE") { clinux_ioctl(rawValue, 0xb703, nil) }
    return Namespaces(rawValue: UInt64(UInt32(bitPattern: kind)))
  }
}

extension ProcessHandle {
  /// Joins namespaces of this process, all or, where one fails, none. See setns(2).
  ///
  /// A kernel before 5.8 joins them one after the other, the user namespace first.
  public func joinNamespaces(_ kinds: Namespaces) throws(SystemError) {
    if kinds.isEmpty { return }
    do throws(SystemError) {
      return try Namespaces.join(descriptor.lent, kinds)
    } catch where error.errno == .invalidArgument {
      for kind in Namespaces.inOrderOfJoining where kinds.contains(kind) {
        let path = "/proc/\(id)/ns/\(kind.fileName ?? "")"
        let file = try openFile(path, [.readOnly])
        try Namespaces.join(file.lent, kind)
      }
    }
  }

  /// A copy of one of this process's descriptors. See pidfd_getfd(2).
  public func copyDescriptor(_ number: CInt) throws(SystemError) -> OwnedDescriptor {
    let copy = try systemCall("pidfd_getfd", "process \(id)") {
      clinux_syscall(
        Int(SYS_pidfd_getfd), UInt(bitPattern: Int(descriptor.number)),
        UInt(bitPattern: Int(number)),
        0, 0, 0, 0)
    }
    return OwnedDescriptor(owning: CInt(truncatingIfNeeded: copy))
  }
}

extension Namespaces {
  /// The user namespace gives the right to join the others, and the mount namespace takes the files of
  /// /proc out of sight.
  fileprivate static let inOrderOfJoining: [Namespaces] = [
    .user, .ipc, .uts, .network, .pid, .cgroup, .time, .mount,
  ]
}
