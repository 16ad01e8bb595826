import Glibc
public import SystemPackage

extension FileDescriptor {
  /// Copies bytes from here to another file inside the kernel, until the end or `limit` bytes.
  /// See sendfile(2).
  ///
  /// - Returns: how many were copied.
  @discardableResult
  public func copy(to target: FileDescriptor, limit: Int = .max) throws(SystemError) -> Int {
    var copied = 0
    while copied < limit {
      // One call copies at most 0x7ffff000 bytes.
      let part = min(limit - copied, 0x7fff_f000)
      let count = try systemCall("sendfile") { sendfile(target.rawValue, rawValue, nil, part) }
      if count == 0 { break }
      copied += count
    }
    return copied
  }
}
