import LinuxSystem
import SystemPackage

/// The writing end of a process's standard input, with what it could not take yet.
final class InputSink {
  private let loop: EventLoop
  private var descriptor: SharedDescriptor?
  private var pending: [UInt8] = []
  private var watch: EventLoop.Watch?
  private var closesWhenWritten = false
  private let onRoom: () -> Void

  /// - Parameter onRoom: called when it is full no more.
  init(_ loop: EventLoop, _ descriptor: SharedDescriptor, onRoom: @escaping () -> Void) {
    self.loop = loop
    self.descriptor = descriptor
    self.onRoom = onRoom
  }

  /// Whether nothing more should come until there is room again.
  var isFull: Bool { !pending.isEmpty }

  func write(_ bytes: ArraySlice<UInt8>) {
    guard descriptor != nil, !closesWhenWritten else { return }
    pending += bytes
    advance()
  }

  func closeWhenWritten() {
    closesWhenWritten = true
    if pending.isEmpty { close() }
  }

  func close() {
    loop.end(watch)
    watch = nil
    descriptor = nil
    pending = []
  }

  private func advance() {
    guard let descriptor else { return }
    let wasWaiting = watch != nil
    while !pending.isEmpty {
      do {
        let count = try pending.withUnsafeBytes { try descriptor.lent.writeSome(from: $0) }
        guard let count else { return waitForRoom() }
        pending.removeFirst(count)
      } catch {
        // The process has closed its input.
        close()
      }
    }
    loop.end(watch)
    watch = nil
    if closesWhenWritten { close() }
    if wasWaiting { onRoom() }
  }

  private func waitForRoom() {
    guard watch == nil, let descriptor else { return }
    // A terminal's descriptor is watched for its output already: epoll takes a file once.
    if let second = try? descriptor.lent.duplicated() {
      let shared = SharedDescriptor(second)
      watch = try? loop.watch(shared.lent, .writable) { [unowned self] _ in
        withExtendedLifetime(shared) { advance() }
      }
    }
  }
}
