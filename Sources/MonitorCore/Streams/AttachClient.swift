import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// A connection over which a client takes part in the container's streams.
///
/// What it does not read at once is queued, at most one packet while the container lives: the
/// container waits meanwhile. After five seconds without progress it goes on, and what the client misses is
/// counted and told.
final class AttachClient {
  private static let patience: Int64 = 5000

  let request: AttachRequest
  private let connection: SharedDescriptor
  private unowned let streams: ContainerStreams
  private let loop: EventLoop
  private let onSignal: (Signal) -> Void
  private let onEnd: (AttachClient) -> Void
  private var watch: EventLoop.Watch?
  private var queue: [[UInt8]] = []
  private var patienceTimer: EventLoop.Timer?
  private var skipped: Int64?
  private var readsInput = true
  private var isFinishing = false
  /// Whether the client said that it has done what the clean-up command would.
  private(set) var hasCleanedUp = false
  private(set) var hasSentInput = false

  init(
    _ connection: SharedDescriptor, _ request: AttachRequest, _ streams: ContainerStreams,
    _ loop: EventLoop, onSignal: @escaping (Signal) -> Void,
    onEnd: @escaping (AttachClient) -> Void
  ) throws {
    self.connection = connection
    self.request = request
    self.streams = streams
    self.loop = loop
    self.onSignal = onSignal
    self.onEnd = onEnd
    try connection.lent.setNonBlocking(true)
    watch = try loop.watch(connection.lent, .readable) { [unowned self] in handle($0) }
    send(.answer, MonitorAnswer())
  }

  func wants(_ kind: OutputKind) -> Bool {
    kind == .output ? request.output : request.errorOutput
  }

  /// Whether the container has to wait for this client.
  var holdsBack: Bool { !queue.isEmpty && skipped == nil && !isFinishing }

  // MARK: To the client

  /// Sends output, or queues it.
  func send(_ packet: UnsafeRawBufferPointer) {
    if let count = skipped {
      skipped = count + Int64(packet.count - 1)
      return
    }
    if queue.isEmpty, transmit(packet) { return }
    enqueue(Array(packet))
  }

  func send(_ kind: MonitorPacket, _ value: some JSONWritable) {
    guard let packet = try? kind.packet(value) else { return }
    if queue.isEmpty, packet.withUnsafeBytes({ transmit($0) }) { return }
    enqueue(packet)
  }

  /// Says that the container is gone, after all that is queued.
  func finish(exitCode: CInt) {
    noteSkipped()
    isFinishing = true
    enqueue([MonitorPacket.exit.rawValue] + Array("\(exitCode)".utf8))
    flush()
  }

  private func transmit(_ packet: UnsafeRawBufferPointer) -> Bool {
    do throws(SystemError) {
      return try connection.lent.sendPacket(packet)
    } catch {
      // It is gone; its hang-up is handled where events are.
      return true
    }
  }

  private func enqueue(_ packet: [UInt8]) {
    queue.append(packet)
    updateInterest()
    guard patienceTimer == nil else { return }
    patienceTimer = loop.after(milliseconds: AttachClient.patience) { [unowned self] in
      patienceTimer = nil
      losePatience()
    }
    streams.flowChanged()
  }

  private func losePatience() {
    if isFinishing { return end() }
    skipped = 0
    streams.flowChanged()
  }

  private func flush() {
    var hasMoved = false
    while let packet = queue.first {
      guard packet.withUnsafeBytes({ transmit($0) }) else { break }
      queue.removeFirst()
      hasMoved = true
    }
    if hasMoved {
      loop.cancel(patienceTimer)
      patienceTimer = nil
    }
    if queue.isEmpty, hasMoved {
      noteSkipped()
      // Nobody is made to close: the end of the connection says it, but to who has to clean up.
      if isFinishing, queue.isEmpty, !request.cleansUp { return end() }
      streams.flowChanged()
    }
    updateInterest()
  }

  private func noteSkipped() {
    guard let count = skipped else { return }
    skipped = nil
    guard count > 0 else { return }
    enqueue([MonitorPacket.skipped.rawValue] + Array("\(count)".utf8))
  }

  // MARK: From the client

  /// The process has room for input again.
  func resumeInput() {
    guard !readsInput else { return }
    readsInput = true
    updateInterest()
  }

  private func updateInterest() {
    guard let watch else { return }
    var interest: Poller.Interest = readsInput ? .readable : []
    if !queue.isEmpty { interest.insert(.writable) }
    loop.change(watch, to: interest)
  }

  private func handle(_ event: Poller.Interest) {
    if event.contains(.writable) { flush() }
    if watch != nil, event.contains(.readable), !receive() { return end() }
    if event.contains(.hangup) || event.contains(.error) { end() }
  }

  /// - Returns: false when the client is gone.
  private func receive() -> Bool {
    do throws(SystemError) {
      let message = try connection.lent.receive(bytes: (64 << 10) + 1, descriptors: 0)
      guard let first = message.bytes.first else { return false }
      let rest = message.bytes.dropFirst()
      switch MonitorPacket(rawValue: first) {
      case .input where request.input:
        hasSentInput = true
        if !streams.receive(rest) {
          readsInput = false
          updateInterest()
        }
      case .inputEnd where request.input:
        hasSentInput = true
        streams.endOfInput()
      case .resize: if let size = WindowSize(text: rest) { streams.resize(size) }
      case .signal:
        if let number = CInt(String(decoding: rest, as: UTF8.self)) {
          onSignal(Signal(rawValue: number))
        }
      case .cleanedUp:
        hasCleanedUp = true
        return false
      default: break
      }
      return true
    } catch {
      return error.errno == .wouldBlock
    }
  }

  private func end() {
    guard let watch else { return }
    loop.end(watch)
    loop.cancel(patienceTimer)
    self.watch = nil
    queue = []
    streams.remove(self)
    onEnd(self)
  }
}

extension WindowSize {
  /// Reads `ROWS COLUMNS`.
  init?(text: ArraySlice<UInt8>) {
    let numbers = String(decoding: text, as: UTF8.self).split(separator: " ").map { UInt16($0) }
    guard numbers.count == 2, let rows = numbers[0], let columns = numbers[1] else { return nil }
    self.init(rows: rows, columns: columns)
  }
}
