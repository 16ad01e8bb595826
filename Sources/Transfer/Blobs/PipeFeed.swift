import HTTPClient
import LinuxSystem
import SystemPackage

/// The writing end of a pipe that a loop serves: what does not fit is held until it does.
final class PipeFeed {
  private let loop: EventLoop
  private var end: SharedDescriptor?
  private var held: [UInt8] = []
  private var token: EventLoop.Token?
  private var closesWhenEmpty = false
  /// Called whenever all that was held has been written.
  var onRoom: () -> Void = {}
  /// Called once when the reader is gone.
  var onBroken: () -> Void = {}
  /// Called once when everything is written and the end is closed.
  var onClosed: () -> Void = {}

  init(_ loop: EventLoop, _ end: consuming OwnedDescriptor) throws(SystemError) {
    self.loop = loop
    try end.lent.setNonBlocking(true)
    self.end = SharedDescriptor(end)
  }

  /// Whether what was given is through, so that more may be given.
  var isEmpty: Bool { held.isEmpty }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard end != nil else { return }
    held.append(contentsOf: bytes)
    flush()
  }

  /// Closes the pipe once everything is written.
  func close() {
    closesWhenEmpty = true
    if held.isEmpty { shut() }
  }

  /// Closes the pipe at once.
  func abandon() {
    held = []
    (onRoom, onBroken, onClosed) = ({}, {}, {})
    stopWaiting()
    end = nil
  }

  private func flush() {
    while !held.isEmpty, let end {
      do throws(SystemError) {
        let count = try end.lent.writeSome(held)
        held.removeFirst(count)
      } catch {
        if error.errno == .resourceTemporarilyUnavailable {
          if token == nil { token = loop.whenWritable(end.lent) { [unowned self] in resume() } }
          return
        }
        let broken = onBroken
        abandon()
        broken()
        return
      }
    }
    stopWaiting()
  }

  private func resume() {
    flush()
    guard held.isEmpty, end != nil else { return }
    if closesWhenEmpty { shut() } else { onRoom() }
  }

  private func stopWaiting() {
    if let token { loop.remove(token) }
    token = nil
  }

  private func shut() {
    let closed = onClosed
    abandon()
    closed()
  }
}
