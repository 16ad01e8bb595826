import CLinux

/// Bytes that nobody can foresee. See getrandom(2).
public func randomBytes(_ count: Int) throws(SystemError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  var filled = 0
  while filled < count {
    filled += try systemCall("getrandom") {
      bytes.withUnsafeMutableBytes { buffer in
        getrandom(buffer.baseAddress.map { $0 + filled }, count - filled, 0)
      }
    }
  }
  return bytes
}
