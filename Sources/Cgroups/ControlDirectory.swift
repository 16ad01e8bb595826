import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A directory of a cgroup file system: control files to read and write, and sub-cgroups.
///
/// It is known by its path. A cgroup file system holds no links, and the path is made of a mount
/// point and a path that was cleaned, so that it cannot lead anywhere else.
struct ControlDirectory: Equatable, Sendable {
  var path: String

  /// What control files hold at most; the longest known, `memory.numa_stat`, has a few kilobytes.
  private static let sizeLimit = 1 << 20

  func file(_ name: String) -> String { "\(path)/\(name)" }

  // MARK: Control files

  /// Reads a control file.
  func read(_ name: String) throws(SystemError) -> String {
    let descriptor = try open(name, O_RDONLY)
    var text: [UInt8] = []
    while text.count < Self.sizeLimit {
      let chunk = try Self.chunk(of: descriptor.lent, subject: file(name))
      if chunk.isEmpty { break }
      if text.isEmpty { text = chunk } else { text += chunk }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// One read of a page, which nearly always is the whole file.
  private static func chunk(
    of descriptor: FileDescriptor, subject: @autoclosure () -> String
  ) throws(SystemError) -> [UInt8] {
    var chunk: [UInt8] = []
    try systemCall("read", subject()) {
      var result = 0
      chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
        result = Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
        filled = max(result, 0)
      }
      return result
    }
    return chunk
  }

  /// Reads a control file that this kernel or this cgroup may lack.
  func readIfPresent(_ name: String) throws(SystemError) -> String? {
    do throws(SystemError) { return try read(name) } catch  where error.isAbsence { return nil }
  }

  /// Writes a value to a control file in one call, as the kernel wants it.
  func write(_ value: String, to name: String) throws(SystemError) {
    let descriptor = try open(name, O_WRONLY)
    try Self.write(value, to: descriptor.lent, subject: file(name))
  }

  static func write(
    _ value: String, to descriptor: FileDescriptor, subject: @autoclosure () -> String
  ) throws(SystemError) {
    var value = value
    let count = try systemCall("write", subject()) {
      value.withUTF8 { Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count) }
    }
    if count < value.utf8.count { throw SystemError("write", subject(), .ioError) }
  }

  func open(_ name: String, _ flags: CInt) throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("open", file(name)) {
      clinux_openat(AT_FDCWD, file(name), flags | O_CLOEXEC | O_NOFOLLOW, 0)
    }
    return OwnedDescriptor(owning: number)
  }

  /// Opens the directory itself, as `CLONE_INTO_CGROUP` and bpf(2) want it.
  func openDirectory() throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("open", path) {
      clinux_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0)
    }
    return OwnedDescriptor(owning: number)
  }

  // MARK: The directory

  var exists: Bool { access(path, F_OK) == 0 }

  func has(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

  /// Whether this process may write to the file.
  func isWritable(_ name: String) -> Bool { faccessat(AT_FDCWD, file(name), W_OK, AT_EACCESS) == 0 }

  var parent: ControlDirectory {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else {
      return ControlDirectory(path: "/")
    }
    return ControlDirectory(path: String(path[..<slash]))
  }

  func child(_ relative: String) -> ControlDirectory {
    relative.isEmpty ? self : ControlDirectory(path: joinPath(path, relative))
  }

  /// Makes the directory. False when it was there.
  func make() throws(SystemError) -> Bool {
    do throws(SystemError) {
      try systemCall("mkdir", path) { mkdir(path, 0o755) }
      return true
    } catch  where error.errno == .fileExists {
      return false
    }
  }

  /// The sub-cgroups.
  func children() throws(SystemError) -> [ControlDirectory] {
    guard let stream = opendir(path) else {
      throw SystemError("opendir", path, currentErrno())
    }
    defer { closedir(stream) }
    var children: [ControlDirectory] = []
    while let entry = readdir(stream) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { children.append(child(name)) }
    }
    return children
  }

  /// Removes the directory and what is below. A cgroup whose last process has just gone can stay
  /// busy for a moment, so this tries again for about a second.
  func removeTree() throws(SystemError) {
    // The plain case first: one call.
    if try removeOnce() { return }
    let below: [ControlDirectory]
    do throws(SystemError) { below = try children() } catch  where error.isAbsence { return }
    for child in below { try child.removeTree() }
    var pause: UInt32 = 1000
    for _ in 0..<10 {
      if try removeOnce() { return }
      usleep(pause)
      pause *= 2
    }
    try systemCall("rmdir", path) { rmdir(path) }
  }

  /// Removes the directory; false when it is busy.
  private func removeOnce() throws(SystemError) -> Bool {
    do throws(SystemError) {
      try systemCall("rmdir", path) { rmdir(path) }
      return true
    } catch {
      if error.isAbsence { return true }
      // A read-only cgroup file system says EROFS even for what is not there.
      if error.errno == .readOnlyFileSystem, !exists { return true }
      if error.errno == .resourceBusy || error.errno == .directoryNotEmpty { return false }
      throw error
    }
  }
}

extension SystemError {
  /// Whether the thing is not there, or went while it was looked at.
  var isAbsence: Bool { errno == .noSuchFileOrDirectory || errno.rawValue == ENODEV }

  /// Whether this is for want of privilege, in the wide sense.
  var isPermission: Bool {
    errno == .permissionDenied || errno == .notPermitted || errno == .readOnlyFileSystem
  }
}
