import CLinux
import Glibc
public import SystemPackage

/// Reading and writing for who moves much data: into and from memory that is used again and again,
/// on descriptors that do not wait.
extension FileDescriptor {
  /// Reads what one read(2) gives: 0 at the end, `nil` if nothing is there yet.
  public func readSome(
    into buffer: UnsafeMutableRawBufferPointer, subject: String = ""
  ) throws(SystemError) -> Int? {
    do throws(SystemError) {
      return try systemCall("read", subject) {
        Glibc.read(rawValue, buffer.baseAddress, buffer.count)
      }
    } catch where error.errno == .wouldBlock {
      return nil
    }
  }

  /// Writes what one write(2) takes; `nil` if it takes nothing now.
  public func writeSome(
    from buffer: UnsafeRawBufferPointer, subject: String = ""
  ) throws(SystemError) -> Int? {
    do throws(SystemError) {
      return try systemCall("write", subject) {
        Glibc.write(rawValue, buffer.baseAddress, buffer.count)
      }
    } catch where error.errno == .wouldBlock {
      return nil
    }
  }

  /// Sends one packet without waiting; `false` if the receiver has no room for it now.
  public func sendPacket(_ packet: UnsafeRawBufferPointer) throws(SystemError) -> Bool {
    do throws(SystemError) {
      try systemCall("send") {
        Glibc.send(
          rawValue, packet.baseAddress, packet.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
      }
      return true
    } catch where error.errno == .wouldBlock || error.errno == .noBufferSpace {
      return false
    }
  }

  /// Cuts or extends a file to this length. See ftruncate(2).
  public func setLength(_ length: Int64, subject: String = "") throws(SystemError) {
    try systemCall("ftruncate", subject) { ftruncate(rawValue, off_t(length)) }
  }
}
