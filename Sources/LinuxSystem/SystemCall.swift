import Glibc
public import SystemPackage

/// The one gate for system calls: it calls again after EINTR and turns -1 into a `SystemError`.
///
/// - Parameters:
///   - operation: the call's name in the manual.
///   - subject: what it acts on; evaluated only when the call failed.
///   - body: the call. A negative result means failure with the reason in `errno`.
/// - Returns: what the call returned.
@discardableResult
@inlinable
public func systemCall<Result: SignedInteger>(
  _ operation: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let reason = currentErrno()
    if reason == .interrupted { continue }
    throw SystemError(operation, subject(), reason)
  }
}

/// The reason of this thread's last failed call.
public func currentErrno() -> Errno { Errno(rawValue: errno) }
