import CLinux
import Glibc
public import SystemPackage

/// A program to be started beside this one, without a copy of this process's memory.
///
/// It begins with default signal actions and none blocked, and with no descriptor but those named
/// here and the standard ones. See posix_spawn(3).
public struct ProgramLaunch: Sendable {
  public var path: String
  /// All of them, the name first.
  public var arguments: [String]
  /// `NAME=value` each; `nil` passes ours on.
  public var environment: [String]?
  /// What it has at which number. Standard streams that are not named here are ours.
  public var descriptors: [CInt: FileDescriptor]
  /// Where it works; `nil` for where we do.
  public var directory: String?
  /// Whether it leads a session of its own, without a terminal.
  public var startsSession = false

  public init(
    _ path: String, _ arguments: [String], environment: [String]? = nil,
    descriptors: [CInt: FileDescriptor] = [:], directory: String? = nil
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.descriptors = descriptors
    self.directory = directory
  }

  /// Starts the program. A failure to execute it is known at once; the child is gone then.
  public func start() throws(SystemError) -> ProcessHandle {
    let last = max(2, descriptors.keys.max() ?? 2)
    // Out of the way first: a source can have the number that another is to get.
    var sources: [CInt: SharedDescriptor] = [:]
    for (number, source) in descriptors {
      sources[number] = SharedDescriptor(try source.duplicated(minimum: last + 1))
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }
    for number in 0...last {
      if let source = sources[number] {
        posix_spawn_file_actions_adddup2(&actions, source.lent.rawValue, number)
      } else if number > 2 {
        posix_spawn_file_actions_addclose(&actions, number)
      }
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, last + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = CInt(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    if startsSession { flags |= 0x80 }  // POSIX_SPAWN_SETSID
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let argumentVector = ArgumentVector(arguments)
    let environmentVector = environment.map { ArgumentVector($0) }
    var id: ProcessID = 0
    let failure = posix_spawn(
      &id, path, &actions, &attributes, argumentVector.pointers,
      environmentVector?.pointers ?? clinux_environ())
    withExtendedLifetime((sources, argumentVector, environmentVector)) {}
    guard failure == 0 else { throw SystemError("exec", path, Errno(rawValue: failure)) }
    // The number is the child's until it is waited for.
    return try ProcessHandle(opening: id)
  }
}
