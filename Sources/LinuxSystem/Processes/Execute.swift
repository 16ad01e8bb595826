import CLinux
import Glibc
public import SystemPackage

/// An argument or environment vector for execve(2): C strings and a final null.
///
/// It is made before a fork, where a failure can still be told.
public final class ArgumentVector {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  /// Copies the strings. One that holds a NUL byte would be cut by it: the caller has refused such.
  public init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() {
      pointers.advanced(by: index).initialize(to: strdup(string))
    }
    pointers.advanced(by: count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}

extension CurrentProcess {
  /// Becomes another program. Returns only by throwing.
  ///
  /// See execve(2).
  public static func execute(
    _ path: String, _ arguments: ArgumentVector, _ environment: ArgumentVector
  ) throws(SystemError) -> Never {
    execve(path, arguments.pointers, environment.pointers)
    throw SystemError("exec", path, currentErrno())
  }

  /// Becomes the program that an open descriptor holds. Returns only by throwing.
  ///
  /// A script cannot be run this way by a close-on-exec descriptor: its interpreter could not open
  /// it. See execveat(2), AT_EMPTY_PATH.
  public static func execute(
    _ program: FileDescriptor, _ arguments: ArgumentVector, _ environment: ArgumentVector
  ) throws(SystemError) -> Never {
    _ = clinux_syscall(
      Int(SYS_execveat), UInt(bitPattern: Int(program.rawValue)), emptyPathAddress,
      UInt(bitPattern: arguments.pointers), UInt(bitPattern: environment.pointers),
      UInt(AT_EMPTY_PATH), 0)
    throw SystemError("execveat", "descriptor \(program.rawValue)", currentErrno())
  }

  /// Becomes another program, or returns why not. See execve(2).
  public static func replace(
    with path: String, _ arguments: ArgumentVector, _ environment: ArgumentVector
  ) -> SystemError {
    execve(path, arguments.pointers, environment.pointers)
    return SystemError("exec", path, currentErrno())
  }

  /// Becomes the program that an open descriptor holds, with this process's own arguments and
  /// environment, or returns why not. See execveat(2), AT_EMPTY_PATH.
  public static func replace(with program: borrowing OwnedDescriptor) -> SystemError {
    _ = clinux_syscall(
      Int(SYS_execveat), UInt(bitPattern: Int(program.number)), emptyPathAddress,
      UInt(bitPattern: CommandLine.unsafeArgv), UInt(bitPattern: clinux_environ()),
      UInt(AT_EMPTY_PATH), 0)
    return SystemError("execveat", "the program itself", currentErrno())
  }

  /// The environment of this process, `NAME=value` each, in its order.
  public static func environment() -> [String] {
    var result: [String] = []
    guard var entry = clinux_environ() else { return result }
    while let variable = entry.pointee {
      result.append(String(cString: variable))
      entry += 1
    }
    return result
  }

  /// The value of one variable of the environment.
  public static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Removes a variable from the environment.
  public static func removeEnvironmentVariable(_ name: String) { unsetenv(name) }

  private static var emptyPathAddress: UInt {
    let empty: StaticString = "\0"
    return UInt(bitPattern: empty.utf8Start)
  }
}

extension CurrentProcess {
  /// Gives a variable of the environment a value, for this process and those that it starts.
  public static func setEnvironmentVariable(_ name: String, _ value: String) {
    setenv(name, value, 1)
  }
}
