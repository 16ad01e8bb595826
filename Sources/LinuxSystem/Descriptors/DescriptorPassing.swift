import CLinux
import Glibc
public import SystemPackage

/// What came in one message over a Unix socket.
public struct ReceivedMessage: Sendable {
  /// Empty at the end of the stream.
  public var bytes: [UInt8]
  public var descriptors: [SharedDescriptor]
}

extension FileDescriptor {
  /// Sends bytes, at least one, and descriptors with them over this Unix socket. SCM_RIGHTS,
  /// unix(7).
  public func send(_ bytes: [UInt8], with descriptors: [FileDescriptor]) throws(SystemError) {
    let length = clinux_cmsg_space(descriptors.count * MemoryLayout<CInt>.size)
    let sent = try withMessage(bytes: bytes, controlLength: descriptors.isEmpty ? 0 : length) {
      (message) throws(SystemError) in
      if let header = clinux_cmsg_firsthdr(&message) {
        header.pointee.cmsg_level = SOL_SOCKET
        header.pointee.cmsg_type = CInt(SCM_RIGHTS)
        header.pointee.cmsg_len = clinux_cmsg_len(descriptors.count * MemoryLayout<CInt>.size)
        for (index, descriptor) in descriptors.enumerated() {
          UnsafeMutableRawPointer(clinux_cmsg_data(header))
            .storeBytes(
              of: descriptor.rawValue, toByteOffset: index * MemoryLayout<CInt>.size, as: CInt.self)
        }
      }
      return try systemCall("sendmsg") { sendmsg(rawValue, &message, CInt(MSG_NOSIGNAL)) }
    }.result
    // The descriptors went with the first byte.
    if sent < bytes.count { try writeAll(Array(bytes[sent...])) }
  }

  /// Receives one message, and at most so many bytes and descriptors with it. Descriptors beyond
  /// the limit are closed, and the call fails with `EMSGSIZE`.
  public func receive(
    bytes limit: Int, descriptors maximum: Int
  ) throws(SystemError) -> ReceivedMessage {
    let space = maximum > 0 ? clinux_cmsg_space(maximum * MemoryLayout<CInt>.size) : 0
    let (received, buffer) = try withMessage(
      bytes: [UInt8](repeating: 0, count: limit), controlLength: space
    ) { (message) throws(SystemError) in
      let count = try systemCall("recvmsg") {
        recvmsg(rawValue, &message, CInt(MSG_CMSG_CLOEXEC))
      }
      return (
        count: count, descriptors: FileDescriptor.descriptors(in: &message),
        wasCut: message.msg_flags & CInt(MSG_CTRUNC) != 0
      )
    }
    if received.wasCut { throw SystemError("recvmsg", "descriptors", .messageTooLong) }
    guard received.descriptors.count <= maximum else {
      // The control buffer is rounded up: one more can fit in it.
      throw SystemError("recvmsg", "descriptors", .messageTooLong)
    }
    return ReceivedMessage(
      bytes: Array(buffer.prefix(received.count)), descriptors: received.descriptors)
  }

  private static func descriptors(in message: inout msghdr) -> [SharedDescriptor] {
    var result: [SharedDescriptor] = []
    var next = clinux_cmsg_firsthdr(&message)
    while let header = next {
      if header.pointee.cmsg_level == SOL_SOCKET,
        header.pointee.cmsg_type == CInt(SCM_RIGHTS)
      {
        let length = max(0, header.pointee.cmsg_len - clinux_cmsg_len(0))
        let data = UnsafeRawBufferPointer(
          start: clinux_cmsg_data(header), count: length)
        for offset in stride(from: 0, to: length, by: MemoryLayout<CInt>.size) {
          let number = data.loadUnaligned(fromByteOffset: offset, as: CInt.self)
          result.append(SharedDescriptor(OwnedDescriptor(owning: number)))
        }
      }
      next = clinux_cmsg_nxthdr(&message, header)
    }
    return result
  }

  /// Calls `body` with a message over these bytes and a zeroed control buffer; the pointers in the
  /// message live for that long only.
  private func withMessage<Result>(
    bytes: [UInt8], controlLength: Int, _ body: (inout msghdr) throws(SystemError) -> Result
  ) throws(SystemError) -> (result: Result, bytes: [UInt8]) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes.count, alignment: MemoryLayout<UInt8>.alignment)
    defer { buffer.deallocate() }
    buffer.copyBytes(from: bytes)
    let control = UnsafeMutableRawBufferPointer.allocate(
      byteCount: controlLength, alignment: MemoryLayout<cmsghdr>.alignment)
    defer { control.deallocate() }
    control.initializeMemory(as: UInt8.self, repeating: 0)
    var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
    let result = try withUnsafeMutablePointer(to: &part) { (part) throws(SystemError) -> Result in
      var message = msghdr()
      message.msg_iov = part
      message.msg_iovlen = 1
      if controlLength > 0 {
        message.msg_control = control.baseAddress
        message.msg_controllen = controlLength
      }
      return try body(&message)
    }
    return (result, Array(buffer))
  }
}
