import CLinux
import Glibc
public import SystemPackage

// Attributes of open files beyond owner and mode, and names of entries of an open directory.

extension FileDescriptor {
  /// The names of the extended attributes of this open file; none where its file system has no such.
  /// See flistxattr(2).
  public func extendedAttributeNames(subject: String = "") throws(SystemError) -> [String] {
    var buffer = [UInt8](repeating: 0, count: 1024)
    while true {
      do throws(SystemError) {
        let count = try systemCall("listxattr", subject) {
          buffer.withUnsafeMutableBytes {
            flistxattr(rawValue, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
          }
        }
        return buffer[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      } catch {
        if error.errno == .notSupported { return [] }
        guard error.errno == .outOfRange, buffer.count < 1 << 16 else { throw error }
        buffer = [UInt8](repeating: 0, count: buffer.count * 8)
      }
    }
  }

  /// The value of an extended attribute of this open file. See fgetxattr(2).
  public func extendedAttribute(
    _ name: String, subject: String = ""
  ) throws(SystemError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = try systemCall("getxattr \(name)", subject) {
      buffer.withUnsafeMutableBytes { fgetxattr(rawValue, name, $0.baseAddress, $0.count) }
    }
    return Array(buffer[..<count])
  }

  /// Sets an extended attribute of this open file. See fsetxattr(2).
  public func setExtendedAttribute(
    _ name: String, to value: [UInt8], subject: String = ""
  ) throws(SystemError) {
    try systemCall("setxattr \(name)", subject) {
      fsetxattr(rawValue, name, value, value.count, 0)
    }
  }

  /// Sets the times of this open file; nil leaves one as it is. See futimens(3).
  public func setTimes(
    accessed: Timestamp?, modified: Timestamp?, subject: String = ""
  ) throws(SystemError) {
    let times = [specification(accessed), specification(modified)]
    try systemCall("utimensat", subject) { futimens(rawValue, times) }
  }

  /// Sets the times of an entry of this directory; of a link itself. See utimensat(2).
  public func setTimes(
    of name: String, accessed: Timestamp?, modified: Timestamp?
  ) throws(SystemError) {
    let times = [specification(accessed), specification(modified)]
    try systemCall("utimensat", name) {
      utimensat(rawValue, name, times, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// Changes the permissions of an entry of this directory, which is no link. See fchmodat(2).
  public func changeMode(of name: String, to mode: UInt32) throws(SystemError) {
    try systemCall("chmod", name) { fchmodat(rawValue, name, mode_t(mode & 0o7777), 0) }
  }

  /// Gives a file of this directory one more name. See linkat(2).
  public func makeHardLink(
    _ name: String, to newName: String, of folder: FileDescriptor
  ) throws(SystemError) {
    try systemCall("link", newName) { linkat(rawValue, name, folder.rawValue, newName, 0) }
  }

  /// Copies the contents of this open file into an empty one: shared, where the file system can, else by
  /// the kernel. See ioctl_ficlone(2) and copy_file_range(2).
  public func copyContents(
    to target: FileDescriptor, size: UInt64, subject: String = ""
  ) throws(SystemError) {
    // FICLONE, whose macro Swift does not see: _IOW(0x94, 9, int).
    let source = UnsafeMutableRawPointer(bitPattern: Int(rawValue))
    if clinux_ioctl(target.rawValue, 0x4004_9409, source) == 0 { return }
    var left = size
    while left > 0 {
      let piece = Int(min(left, 1 << 30))
      var count: Int
      do throws(SystemError) {
        count = try systemCall("copy_file_range", subject) {
          copy_file_range(rawValue, nil, target.rawValue, nil, piece, 0)
        }
      } catch {
        guard
          [Errno.improperLink, .invalidArgument, .notSupported, .noFunction].contains(error.errno)
        else { throw error }
        count = try systemCall("sendfile", subject) {
          sendfile(target.rawValue, rawValue, nil, piece)
        }
      }
      if count == 0 { return }
      left -= min(left, UInt64(count))
    }
  }
}

private func specification(_ time: Timestamp?) -> timespec {
  guard let time else { return timespec(tv_sec: 0, tv_nsec: Int((1 << 30) - 2)) }  // UTIME_OMIT
  return timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
}
