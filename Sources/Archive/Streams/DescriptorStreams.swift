internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// What is read from a descriptor, which has to outlive this object: a file, a pipe or a socket.
public final class DescriptorSource: ByteSource {
  private let descriptor: FileDescriptor
  private let subject: String
  private let buffer: UnsafeMutableRawBufferPointer
  private var unread: Range<Int> = 0..<0

  /// - Parameters:
  ///   - descriptor: is lent.
  ///   - subject: what it is, for errors.
  ///   - bufferSize: how many bytes are read at once.
  public init(_ descriptor: FileDescriptor, subject: String = "", bufferSize: Int = 1 << 17) {
    self.descriptor = descriptor
    self.subject = subject
    buffer = .allocate(byteCount: max(bufferSize, 1), alignment: 64)
  }

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    if unread.isEmpty {
      do throws(SystemError) {
        let count = try systemCall("read", subject) {
          Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
        }
        unread = 0..<count
      } catch {
        throw .system(error)
      }
    }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: buffer[unread.lowerBound..<end])
  }

  deinit { buffer.deallocate() }
}

/// Writes to a descriptor, which has to outlive this object. Small pieces are gathered.
public final class DescriptorSink: ByteSink {
  private let descriptor: FileDescriptor
  private let subject: String
  private let buffer: UnsafeMutableRawBufferPointer
  private var held = 0

  /// - Parameters:
  ///   - descriptor: is lent, and not closed by `finish`.
  ///   - subject: what it is, for errors.
  public init(_ descriptor: FileDescriptor, subject: String = "", bufferSize: Int = 1 << 16) {
    self.descriptor = descriptor
    self.subject = subject
    buffer = .allocate(byteCount: max(bufferSize, 1), alignment: 64)
  }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    if bytes.count > buffer.count - held { try flush() }
    if bytes.count >= buffer.count { return try writeThrough(bytes) }
    UnsafeMutableRawBufferPointer(rebasing: buffer[held...]).copyMemory(from: bytes)
    held += bytes.count
  }

  public func finish() throws(ArchiveError) { try flush() }

  /// Writes what was gathered.
  public func flush() throws(ArchiveError) {
    let count = held
    held = 0
    try writeThrough(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    do throws(SystemError) {
      try descriptor.writeAll(bytes, subject: subject)
    } catch {
      throw .system(error)
    }
  }

  deinit { buffer.deallocate() }
}

extension FileDescriptor {
  /// Writes all of the bytes.
  func writeAll(_ bytes: UnsafeRawBufferPointer, subject: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      written += try systemCall("write", subject) {
        Glibc.write(rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      }
    }
  }
}
