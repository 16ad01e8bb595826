import LinuxSystem
import SystemPackage

/// A lock file of containers/storage: readers and writers of what it guards lock it with fcntl(2), and
/// who writes leaves a stamp in it, by which others see that they have to read anew.
///
/// The stamp is 64 bytes that nobody used before. Older versions write 64 hexadecimal digits, newer
/// ones time, counter, process and random bytes; they compare it and never look inside.
struct LockFile {
  let path: String

  /// Waits for the lock and calls `body` with it.
  func withLock<Result>(
    _ mode: FileLockMode, _ body: (HeldLock) throws -> Result
  ) throws -> Result {
    let held = try lock(mode)
    return try withExtendedLifetime(held) { try body(held) }
  }

  private func lock(_ mode: FileLockMode) throws(SystemError) -> HeldLock {
    let flags: OpenFlags = mode == .shared ? [.readOnly] : [.readWrite, .create]
    let held = HeldLock(try openAlways(flags), path: path)
    try held.descriptor.lent.lockFile(mode, waits: true, subject: path)
    return held
  }

  /// Opens the file; where it is missing it is made, and its folder too.
  private func openAlways(_ flags: OpenFlags) throws(SystemError) -> OwnedDescriptor {
    do throws(SystemError) {
      return try openFile(path, flags, mode: 0o644)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      let folder = path[..<(path.lastIndex(of: "/") ?? path.endIndex)]
      try makeDirectories(String(folder), mode: 0o700)
      return try openFile(path, [.readWrite, .create], mode: 0o644)
    }
  }
}

/// A lock that is held, until this object goes.
final class HeldLock {
  fileprivate let descriptor: SharedDescriptor
  private let path: String

  fileprivate init(_ descriptor: consuming OwnedDescriptor, path: String) {
    self.descriptor = SharedDescriptor(descriptor)
    self.path = path
  }

  /// Tells the others that what the lock guards is about to change. Comes before the change: after a
  /// crash between the two they read in vain, which does no harm.
  func recordWrite() throws(SystemError) {
    let now = Timestamp.now()
    let time = UInt64(bitPattern: now.seconds &* 1_000_000_000 &+ now.nanoseconds)
    var stamp: [UInt8] = []
    withUnsafeBytes(of: time.littleEndian) { stamp += $0 }
    withUnsafeBytes(of: UInt64(0)) { stamp += $0 }
    withUnsafeBytes(of: CurrentProcess.id.littleEndian) { stamp += $0 }
    stamp += try randomBytes(64 - stamp.count)
    let count = try descriptor.lent.writeSome(stamp, at: 0, subject: path)
    guard count == stamp.count else { throw SystemError("pwrite", path, .noSpace) }
  }
}
