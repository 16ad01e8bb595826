import HelperProtocols
import LinuxSystem
import SystemPackage

/// The container's streams: what its process writes goes to the log and to every client, what clients
/// send goes to its process.
///
/// A client that does not read makes the container wait, as a pipe would, but not for ever:
/// `AttachClient` then leaves things out for it. Memory stays bounded by what a client may have queued.
final class ContainerStreams {
  private final class Source {
    let descriptor: SharedDescriptor
    let kind: OutputKind
    let isTerminal: Bool
    var watch: EventLoop.Watch?
    var retry: EventLoop.Timer?

    init(_ descriptor: SharedDescriptor, _ kind: OutputKind, isTerminal: Bool) {
      self.descriptor = descriptor
      self.kind = kind
      self.isTerminal = isTerminal
    }
  }

  private let loop: EventLoop
  private let log: (any ContainerLog)?
  private var sources: [Source] = []
  private var input: InputSink?
  private var terminal: SharedDescriptor?
  private var clients: [AttachClient] = []
  /// A packet: its kind in the first byte, then what was read.
  private let packet: UnsafeMutableRawBufferPointer
  private let standardInput: LaunchPlan.StandardInput

  init(_ loop: EventLoop, log: (any ContainerLog)?, standardInput: LaunchPlan.StandardInput) {
    self.loop = loop
    self.log = log
    self.standardInput = standardInput
    packet = .allocate(byteCount: 1 + (32 << 10), alignment: 16)
  }

  deinit { packet.deallocate() }

  // MARK: The process's ends

  /// Takes over the reading end of one of the process's streams.
  func addOutput(_ descriptor: SharedDescriptor, _ kind: OutputKind, isTerminal: Bool = false)
    throws
  {
    try descriptor.lent.setNonBlocking(true)
    sources.append(Source(descriptor, kind, isTerminal: isTerminal))
  }

  /// Begins to read: the process is there. What was written before by a runtime that failed is not the
  /// container's output.
  func begin() { flowChanged() }

  /// Forgets the streams unread.
  func discard() {
    sources.removeAll()
    input?.close()
    input = nil
  }

  /// Takes over the writing end of the process's standard input.
  func setInput(_ descriptor: SharedDescriptor) throws {
    try descriptor.lent.setNonBlocking(true)
    input = InputSink(loop, descriptor) { [unowned self] in
      for client in clients { client.resumeInput() }
    }
  }

  /// Takes over the controlling end of the process's terminal.
  func setTerminal(_ descriptor: SharedDescriptor) throws {
    terminal = descriptor
    try setInput(descriptor)
    try addOutput(descriptor, .output, isTerminal: true)
  }

  func resize(_ size: WindowSize) { try? terminal?.lent.setWindowSize(size) }
  func reopenLog() { log?.reopen() }

  // MARK: From the process

  private func listen(to source: Source) {
    source.watch = try? loop.watch(source.descriptor.lent, .readable) { [unowned self] _ in
      if readOnce(source) { return }
      loop.end(source.watch)
      source.watch = nil
    }
  }

  /// Reads once and passes it on.
  ///
  /// - Returns: false at the end of the stream.
  @discardableResult private func readOnce(_ source: Source) -> Bool {
    let room = UnsafeMutableRawBufferPointer(rebasing: packet[1...])
    let count: Int
    do throws(SystemError) {
      guard let read = try source.descriptor.lent.readSome(into: room) else { return true }
      count = read
    } catch {
      // Nobody has the terminal open now. A process that lives may open it again, as init systems do.
      if source.isTerminal, error.errno == .ioError { retryLater(source) }
      return false
    }
    guard count > 0 else { return false }
    let bytes = UnsafeRawBufferPointer(rebasing: packet[..<(count + 1)])
    log?.write(source.kind, UnsafeRawBufferPointer(rebasing: bytes[1...]))
    packet[0] = source.kind.packet.rawValue
    for client in clients where client.wants(source.kind) { client.send(bytes) }
    return true
  }

  private func retryLater(_ source: Source) {
    source.retry = loop.after(milliseconds: 200) { [unowned self, unowned source] in
      source.retry = nil
      if source.watch == nil { listen(to: source) }
    }
  }

  /// Reads all that an ended process has left, and forgets its streams.
  ///
  /// Clients queue what they cannot take at once: no more than the pipes held. Other processes may still
  /// have them open and write on; they are not listened to.
  func endOfProcess() {
    for source in sources {
      loop.end(source.watch)
      loop.cancel(source.retry)
      source.watch = nil
      var rounds = 0
      while rounds < 64, (try? source.descriptor.lent.isReadable(within: 0)) ?? false,
        readOnce(source)
      {
        rounds += 1
      }
      loop.cancel(source.retry)
    }
    sources.removeAll()
    input?.close()
    input = nil
    terminal = nil
    log?.endOfProcess()
  }

  // MARK: Clients

  var hasClients: Bool { !clients.isEmpty }

  func add(_ client: AttachClient) { clients.append(client) }

  func remove(_ client: AttachClient) {
    clients.removeAll { $0 === client }
    if client.request.input, standardInput == .once, client.hasSentInput {
      input?.closeWhenWritten()
    }
    flowChanged()
  }

  /// Reads from the process, or lets it wait, as the clients want it.
  func flowChanged() {
    let waits = clients.contains { $0.holdsBack }
    for source in sources {
      if waits {
        loop.end(source.watch)
        source.watch = nil
      } else if source.watch == nil, source.retry == nil {
        listen(to: source)
      }
    }
  }

  /// Passes input on.
  ///
  /// - Returns: false if the client is to send no more for now.
  func receive(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let input else { return true }
    input.write(bytes)
    return !input.isFull
  }

  /// A client's input is over.
  func endOfInput() {
    if standardInput == .once, terminal == nil { input?.closeWhenWritten() }
  }

  /// Tells all clients that the container is gone for good.
  func finish(exitCode: CInt) { for client in clients { client.finish(exitCode: exitCode) } }
}
