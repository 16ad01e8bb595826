import CCurl
import LinuxSystem
public import SystemPackage

/// Waits for any number of HTTP transfers, descriptors and clocks at once, in one thread.
///
/// `run` can be called again from within what it calls, and then serves all of them meanwhile: so
/// what needs one answer before it can go on may simply wait for it (`perform`).
public final class EventLoop {
  /// Names what the loop waits for, to take it back.
  public struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

  private struct Watch {
    var descriptor: FileDescriptor
    var isWriting: Bool
    var handler: () -> Void
  }

  private struct Alarm {
    var due: Int64
    var handler: () -> Void
  }

  private let multi: UnsafeMutableRawPointer
  private var transfers: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
  private var watches: [Token: Watch] = [:]
  private var alarms: [Token: Alarm] = [:]
  private var lastToken: UInt64 = 0

  public init() throws(HTTPError) {
    curl_global_init(CLong(CURL_GLOBAL_DEFAULT))
    guard let multi = curl_multi_init() else { throw .outOfMemory }
    self.multi = UnsafeMutableRawPointer(multi)
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 16)
  }

  deinit {
    for (easy, _) in transfers { curl_multi_remove_handle(multi, easy) }
    curl_multi_cleanup(multi)
  }

  // MARK: What is waited for

  /// Begins a transfer.
  public func start(_ transfer: HTTPTransfer) {
    transfers[transfer.easy] = transfer
    curl_multi_add_handle(multi, transfer.easy)
  }

  /// Ends a transfer, which is told `cancelled`; one that has ended already is left alone.
  public func cancel(_ transfer: HTTPTransfer) {
    guard transfers.removeValue(forKey: transfer.easy) != nil else { return }
    curl_multi_remove_handle(multi, transfer.easy)
    transfer.finish(.failure(.cancelled))
  }

  /// Calls a handler whenever a descriptor can be read, or has ended or failed.
  public func whenReadable(_ file: FileDescriptor, _ handler: @escaping () -> Void) -> Token {
    watch(Watch(descriptor: file, isWriting: false, handler: handler))
  }

  /// Calls a handler whenever a descriptor can be written to, or has failed.
  public func whenWritable(_ file: FileDescriptor, _ handler: @escaping () -> Void) -> Token {
    watch(Watch(descriptor: file, isWriting: true, handler: handler))
  }

  /// Calls a handler once, after so many milliseconds.
  public func after(_ milliseconds: Int, _ handler: @escaping () -> Void) -> Token {
    let token = newToken()
    let due = MonotonicClock.milliseconds() + Int64(max(0, milliseconds))
    alarms[token] = Alarm(due: due, handler: handler)
    return token
  }

  /// Waits for this no more. What is not waited for is left alone.
  public func remove(_ token: Token) {
    watches[token] = nil
    alarms[token] = nil
  }

  private func watch(_ watch: Watch) -> Token {
    let token = newToken()
    watches[token] = watch
    return token
  }

  private func newToken() -> Token {
    lastToken &+= 1
    return Token(number: lastToken)
  }

  // MARK: Waiting

  /// Serves all that is waited for until a condition holds, which is asked after each event, or until
  /// nothing is waited for.
  public func run(until isDone: () -> Bool) {
    while !isDone() {
      if transfers.isEmpty, watches.isEmpty, alarms.isEmpty { return }
      step()
    }
  }

  private func step() {
    var running: CInt = 0
    curl_multi_perform(multi, &running)
    if endTransfers() { return }
    let order = Array(watches.keys)
    var polled = order.map { token in
      curl_waitfd(
        fd: watches[token]?.descriptor.rawValue ?? -1,
        events: Int16(
          watches[token]?.isWriting == true ? CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN),
        revents: 0)
    }
    let soonest = alarms.values.map(\.due).min().map { max(0, $0 - MonotonicClock.milliseconds()) }
    curl_multi_poll(
      multi, &polled, CUnsignedInt(polled.count), CInt(clamping: soonest ?? 60_000), nil)
    curl_multi_perform(multi, &running)
    _ = endTransfers()
    for (token, result) in zip(order, polled) where result.revents != 0 {
      // An earlier handler may have taken it back.
      watches[token]?.handler()
    }
    let now = MonotonicClock.milliseconds()
    for (token, alarm) in alarms where alarm.due <= now {
      if alarms.removeValue(forKey: token) != nil { alarm.handler() }
    }
  }

  /// Tells those transfers that have ended; whether there were any.
  private func endTransfers() -> Bool {
    var hadAny = false
    var code = CURLE_OK
    while let easy = ccurl_finished(multi, &code) {
      hadAny = true
      curl_multi_remove_handle(multi, easy)
      transfers.removeValue(forKey: easy)?.end(code)
    }
    return hadAny
  }

  /// Waits for a whole answer.
  ///
  /// - Parameter limit: the most bytes of a body that are taken.
  public func perform(_ request: HTTPRequest, limit: Int) throws(HTTPError) -> HTTPResponse {
    let transfer = try HTTPTransfer(request)
    var body: [UInt8] = []
    var result: Result<HTTPResponseHead, HTTPError>?
    var isTooLarge = false
    transfer.sink = { bytes in
      guard body.count + bytes.count <= limit else {
        isTooLarge = true
        return .refuse
      }
      body.append(contentsOf: bytes)
      return .taken
    }
    transfer.onEnd = { result = $0 }
    start(transfer)
    run(until: { result != nil })
    if isTooLarge { throw .tooLarge(limit: limit) }
    switch result {
    case .success(let head): return HTTPResponse(head: head, body: body)
    case .failure(let error): throw error
    case nil: throw .cancelled
    }
  }
}
