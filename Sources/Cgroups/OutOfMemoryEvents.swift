import CLinux
import Glibc
public import LinuxSystem
public import SystemPackage

/// Tells when processes of a container were killed, or had to wait, for want of memory.
///
/// The descriptor is readable when something may have happened; `read` then says what. It works with
/// poll(2) and in an event loop.
public struct OutOfMemoryEvents: ~Copyable, Sendable {
  /// What `read` found.
  public enum Event: Equatable, Sendable {
    /// The container ran out of memory.
    case outOfMemory
    /// The cgroup is gone or has no process left: there will be no more.
    case ended
  }

  private let descriptor: OwnedDescriptor
  private let directory: ControlDirectory
  private let isUnified: Bool
  private var seenKills: UInt64

  /// Readable when there may be an event.
  public var lent: FileDescriptor { descriptor.lent }

  /// - Throws: for version 1 when the kernel has no `cgroup.event_control`.
  init(of directory: ControlDirectory, isUnified: Bool) throws(SystemError) {
    let descriptor = try isUnified ? Self.watch(directory) : Self.register(directory)
    // Counted after the watch began, so that none is missed; what was before is not news.
    let kills = isUnified ? try directory.value(of: "oom_kill", in: "memory.events") : nil
    self.descriptor = descriptor
    self.directory = directory
    self.isUnified = isUnified
    seenKills = kills ?? 0
  }

  /// Version 2 changes `memory.events` for a kill, and `cgroup.events` when the last process goes.
  private static func watch(_ directory: ControlDirectory) throws(SystemError) -> OwnedDescriptor {
    let inotify = OwnedDescriptor(
      owning: try systemCall("inotify_init1") {
        inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
      })
    for file in ["memory.events", "cgroup.events"] {
      try systemCall("inotify_add_watch", directory.file(file)) {
        inotify_add_watch(inotify.number, directory.file(file), UInt32(IN_MODIFY))
      }
    }
    return inotify
  }

  /// Version 1 counts into an eventfd (kernel, cgroup-v1/memory.rst, "OOM Control").
  private static func register(
    _ directory: ControlDirectory
  ) throws(SystemError) -> OwnedDescriptor {
    let control = try directory.open("memory.oom_control", O_RDONLY)
    let event = OwnedDescriptor(
      owning: try systemCall("eventfd") {
        eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
      })
    try directory.write("\(event.number) \(control.number)", to: "cgroup.event_control")
    return event
  }

  /// Takes what has happened since the last time; nil when it was nothing of interest.
  public mutating func read() throws(SystemError) -> Event? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let number = descriptor.number
    do throws(SystemError) {
      try systemCall("read", directory.path) {
        buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      }
    } catch  where error.errno == .wouldBlock {
      return nil
    }
    do throws(SystemError) {
      if !isUnified {
        // Removing the cgroup is an event of the eventfd, too.
        return directory.has("cgroup.event_control") ? .outOfMemory : .ended
      }
      let kills = try directory.value(of: "oom_kill", in: "memory.events") ?? 0
      if kills > seenKills {
        seenKills = kills
        return .outOfMemory
      }
      return try directory.value(of: "populated", in: "cgroup.events") == 0 ? .ended : nil
    } catch  where error.isAbsence {
      return .ended
    }
  }
}

extension ContainerCgroup {
  /// Begins to watch for want of memory.
  public func outOfMemoryEvents() throws(CgroupError) -> OutOfMemoryEvents {
    guard let membership = membership("memory") else {
      throw .missingController(field: "out-of-memory events", controller: "memory")
    }
    do throws(SystemError) {
      return try OutOfMemoryEvents(of: membership.directory, isUnified: membership.isUnified)
    } catch  where error.isAbsence {
      throw .missingController(field: "out-of-memory events", controller: "memory")
    } catch { throw .system(error) }
  }

  /// How many processes of the container were killed for want of memory; 0 where it is not counted.
  public func outOfMemoryKills() throws(CgroupError) -> UInt64 {
    guard let membership = membership("memory") else { return 0 }
    let file = membership.isUnified ? "memory.events" : "memory.oom_control"
    do throws(SystemError) {
      return try membership.directory.value(of: "oom_kill", in: file) ?? 0
    } catch  where error.isAbsence {
      return 0
    } catch { throw .system(error) }
  }
}
