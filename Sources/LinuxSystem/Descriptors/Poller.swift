import CLinux
import Glibc
public import SystemPackage

/// Waits for any of several descriptors. See epoll(7).
public struct Poller: ~Copyable, Sendable {
  /// What is waited for, and what has come.
  public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Interest(rawValue: UInt32(EPOLLIN.rawValue))
    public static let writable = Interest(rawValue: UInt32(EPOLLOUT.rawValue))
    public static let priority = Interest(rawValue: UInt32(EPOLLPRI.rawValue))
    /// Reported always, whether asked for or not.
    public static let error = Interest(rawValue: UInt32(EPOLLERR.rawValue))
    /// Reported always, whether asked for or not.
    public static let hangup = Interest(rawValue: UInt32(EPOLLHUP.rawValue))
  }

  public struct Event: Sendable {
    /// The number that was given when the descriptor was added.
    public var token: UInt64
    public var interest: Interest
  }

  private let descriptor: OwnedDescriptor

  public init() throws(SystemError) {
    descriptor = OwnedDescriptor(
      owning: try systemCall("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) })
  }

  /// Waits for a descriptor too; its events carry the token.
  public func add(
    _ file: FileDescriptor, _ interest: Interest, token: UInt64
  ) throws(SystemError) {
    try control(EPOLL_CTL_ADD, file, interest, token)
  }

  /// Changes what is waited for.
  public func modify(
    _ file: FileDescriptor, _ interest: Interest, token: UInt64
  ) throws(SystemError) {
    try control(EPOLL_CTL_MOD, file, interest, token)
  }

  /// Waits for a descriptor no more.
  public func remove(_ file: FileDescriptor) throws(SystemError) {
    try control(EPOLL_CTL_DEL, file, [], 0)
  }

  private func control(
    _ operation: CInt, _ file: FileDescriptor, _ interest: Interest, _ token: UInt64
  ) throws(SystemError) {
    var event = epoll_event()
    event.events = interest.rawValue
    event.data.u64 = token
    try systemCall("epoll_ctl", "descriptor \(file.rawValue)") {
      epoll_ctl(descriptor.number, operation, file.rawValue, &event)
    }
  }

  /// The next events, at least one, at most 16; none if the time is over.
  ///
  /// - Parameter milliseconds: how long to wait; `nil` for ever. An interruption begins it again.
  public func wait(milliseconds: Int? = nil) throws(SystemError) -> [Event] {
    var events = [epoll_event](repeating: epoll_event(), count: 16)
    let count = try systemCall("epoll_wait") {
      epoll_wait(
        descriptor.number, &events, CInt(events.count), CInt(clamping: milliseconds ?? -1))
    }
    return events.prefix(Int(count)).map {
      Event(token: $0.data.u64, interest: Interest(rawValue: $0.events))
    }
  }
}

extension FileDescriptor {
  /// Whether a read would not wait, after waiting for that at most this long. See poll(2).
  ///
  /// - Parameter milliseconds: 0 only looks, `nil` has no limit. An interruption begins it again.
  public func isReadable(within milliseconds: Int?) throws(SystemError) -> Bool {
    try isReady(POLLIN, within: milliseconds)
  }

  /// Whether a write would not wait, after waiting for that at most this long. See `isReadable`.
  public func isWritable(within milliseconds: Int?) throws(SystemError) -> Bool {
    try isReady(POLLOUT, within: milliseconds)
  }

  private func isReady(_ what: CInt, within milliseconds: Int?) throws(SystemError) -> Bool {
    var item = pollfd(fd: rawValue, events: Int16(what), revents: 0)
    let count = try systemCall("poll", "descriptor \(rawValue)") {
      poll(&item, 1, CInt(clamping: milliseconds ?? -1))
    }
    return count > 0
  }
}
