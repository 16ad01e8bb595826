import CLinux
import Glibc
public import SystemPackage

/// Tells when something in a folder may have changed. See inotify(7).
///
/// The descriptor is readable when it did; `drain` makes it wait for the next change.
public struct FileWatch: ~Copyable, Sendable {
  private let descriptor: OwnedDescriptor

  /// The descriptor, lent: for a poller.
  public var lent: FileDescriptor { descriptor.lent }

  /// Watches the files of a folder: that they grow or change, appear, or step in another's place.
  public init(folder: String) throws(SystemError) {
    let inotify = OwnedDescriptor(
      owning: try systemCall("inotify_init1") {
        inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
      })
    let changes = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
    try systemCall("inotify_add_watch", folder) {
      inotify_add_watch(inotify.number, folder, changes | UInt32(IN_ONLYDIR))
    }
    descriptor = inotify
  }

  /// Waits until something may have changed.
  ///
  /// - Parameter milliseconds: how long at most; nil for ever.
  /// - Returns: false if the time is over.
  @discardableResult
  public func wait(milliseconds: Int? = nil) throws(SystemError) -> Bool {
    guard try descriptor.lent.isReadable(within: milliseconds) else { return false }
    try drain()
    return true
  }

  /// Forgets the changes so far; which they were is not told.
  public func drain() throws(SystemError) {
    do throws(SystemError) {
      while try !descriptor.lent.readSome(limit: 4096, subject: "inotify").isEmpty {}
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else { throw error }
    }
  }
}
