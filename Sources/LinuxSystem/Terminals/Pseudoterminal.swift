import CLinux
import Glibc
public import SystemPackage

/// Both ends of a new pseudoterminal. See pty(7).
public struct Pseudoterminal: ~Copyable, Sendable {
  /// The end that a program of ours reads and writes.
  public var controller: OwnedDescriptor?
  /// The end that looks like a terminal to the process.
  public var terminal: OwnedDescriptor?
  /// The terminal's number: it is /dev/pts/N of the devpts that it belongs to.
  public let number: CInt

  /// Makes one from a devpts multiplexer.
  ///
  /// The other end is opened through the first (TIOCGPTPEER), not by a path: no one can put another
  /// file in its place. A file that is no multiplexer fails with `ENOTTY`.
  ///
  /// - Parameters:
  ///   - path: /dev/ptmx, or `pts/ptmx` of an open /dev.
  ///   - directory: what the path is relative to.
  public init(
    _ path: String = "/dev/ptmx", in directory: FileDescriptor? = nil
  ) throws(SystemError) {
    let flags: OpenFlags = [.readWrite, .noControllingTerminal]
    let controller =
      if let directory { try directory.open(path, flags) } else { try openFile(path, flags) }
    // A false /dev/ptmx must not be asked anything: the requests mean other things elsewhere.
    try controller.lent.checkIsMultiplexer(path)
    var locked: CInt = 0
    try systemCall("ioctl TIOCSPTLCK", path) {
      clinux_ioctl(controller.number, clinux_TIOCSPTLCK, &locked)
    }
    var number: CInt = 0
    try systemCall("ioctl TIOCGPTN", path) {
      clinux_ioctl(controller.number, clinux_TIOCGPTN, &number)
    }
    let peerFlags = UnsafeMutableRawPointer(bitPattern: UInt(O_RDWR | O_NOCTTY | O_CLOEXEC))
    let terminal = try systemCall("ioctl TIOCGPTPEER", path) {
      clinux_ioctl(controller.number, clinux_TIOCGPTPEER, peerFlags)
    }
    self.number = number
    self.terminal = OwnedDescriptor(owning: terminal)
    self.controller = consume controller
  }
}

extension FileDescriptor {
  fileprivate func checkIsMultiplexer(_ path: String) throws(SystemError) {
    var status = Glibc.stat()
    try systemCall("fstat", path) { fstat(rawValue, &status) }
    guard status.st_mode & S_IFMT == S_IFCHR, status.st_rdev == clinux_makedev(5, 2) else {
      throw SystemError("open", path, .inappropriateIOCTLForDevice)
    }
  }
}
