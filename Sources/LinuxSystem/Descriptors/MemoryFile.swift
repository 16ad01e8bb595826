import CLinux
import Glibc
public import SystemPackage

/// What can no longer be done to a file in memory. See F_ADD_SEALS(2const).
public struct FileSeals: OptionSet, Sendable {
  public let rawValue: CInt
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// No seal can be added any more.
  public static let seal = FileSeals(rawValue: 0x1)
  public static let shrink = FileSeals(rawValue: 0x2)
  public static let grow = FileSeals(rawValue: 0x4)
  public static let write = FileSeals(rawValue: 0x8)
  public static let futureWrite = FileSeals(rawValue: 0x10)
  /// The execute permission cannot change (Linux 6.3).
  public static let exec = FileSeals(rawValue: 0x20)

  /// What makes the contents as good as constant.
  public static let immutable: FileSeals = [.seal, .shrink, .grow, .write]
}

extension OwnedDescriptor {
  /// Makes a file in memory that can be executed and sealed. See memfd_create(2).
  ///
  /// - Parameter name: what /proc/PID/fd shows; it names no file.
  public static func memoryFile(_ name: String) throws(SystemError) -> OwnedDescriptor {
    let exec: CUnsignedInt = 0x10  // MFD_EXEC: said where it is known (Linux 6.3).
    do throws(SystemError) {
      return try make(name, CUnsignedInt(MFD_CLOEXEC) | CUnsignedInt(MFD_ALLOW_SEALING) | exec)
    } catch {
      guard error.errno == .invalidArgument else { throw error }
      return try make(name, CUnsignedInt(MFD_CLOEXEC) | CUnsignedInt(MFD_ALLOW_SEALING))
    }
  }

  /// Makes a file in memory with these contents, to be read from its beginning, and not executable
  /// where the kernel can say that (Linux 6.3).
  public static func dataFile(
    _ name: String, _ contents: [UInt8]
  ) throws(SystemError) -> OwnedDescriptor {
    let file = try makeDataFile(name)
    try file.lent.writeAll(contents, subject: name)
    try systemCall("lseek", name) { lseek(file.number, 0, SEEK_SET) }
    return file
  }

  private static func makeDataFile(_ name: String) throws(SystemError) -> OwnedDescriptor {
    let noExec: CUnsignedInt = 0x8  // MFD_NOEXEC_SEAL
    do throws(SystemError) {
      return try make(name, CUnsignedInt(MFD_CLOEXEC) | noExec)
    } catch {
      guard error.errno == .invalidArgument else { throw error }
      return try make(name, CUnsignedInt(MFD_CLOEXEC))
    }
  }

  private static func make(
    _ name: String, _ flags: CUnsignedInt
  ) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(owning: try systemCall("memfd_create", name) { memfd_create(name, flags) })
  }
}

extension FileDescriptor {
  /// Adds seals to a file in memory.
  public func addSeals(_ seals: FileSeals) throws(SystemError) {
    try systemCall("fcntl F_ADD_SEALS") { clinux_fcntl(rawValue, F_ADD_SEALS, Int(seals.rawValue)) }
  }

  /// The seals of a file in memory; `EINVAL` for any other.
  public func seals() throws(SystemError) -> FileSeals {
    FileSeals(
      rawValue: try systemCall("fcntl F_GET_SEALS") { clinux_fcntl(rawValue, F_GET_SEALS, 0) })
  }
}
