import Glibc
public import LinuxSystem
import SystemPackage

/// The lock of one object between processes: a file that whoever changes the object has locked.
///
/// There is one file an object, so their number has no limit, and the kernel gives a lock up when
/// its holder dies, however it dies. The file goes when the object goes.
public struct RecordLock: ~Copyable {
  private let file: OwnedDescriptor
  private let path: String

  /// Waits for the lock of an object.
  ///
  /// - Parameters:
  ///   - name: the object's id; the name of the file.
  ///   - folder: where the files stand; it is made where it is missing.
  public init(_ name: String, in folder: String) throws(SystemError) {
    path = "\(folder)/\(name)"
    while true {
      let file = try Self.open(path, in: folder)
      try file.lent.lock(subject: path)
      // Who held it before may have removed the object, and the file with it.
      if Self.isStill(file.lent.rawValue, at: path) {
        self.file = file
        return
      }
    }
  }

  private static func open(_ path: String, in folder: String) throws(SystemError) -> OwnedDescriptor
  {
    do throws(SystemError) {
      return try openFile(path, [.readWrite, .create, .noFollow], mode: 0o600)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      try makeDirectories(folder, mode: 0o700)
      return try openFile(path, [.readWrite, .create, .noFollow], mode: 0o600)
    }
  }

  private static func isStill(_ descriptor: CInt, at path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0
      && held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }

  /// Gives the lock up together with its file, as the object is no more.
  public consuming func removeFile() {
    _ = unlink(path)
  }
}
