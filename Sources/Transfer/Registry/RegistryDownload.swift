import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

/// A blob from a registry. What is cut goes on where it stopped.
final class RegistryDownload: BlobProducer {
  var report: WorkerReport? { nil }
  private let client: RegistryClient
  private let scope: RegistryScope
  private let blob: Descriptor
  private var retry: RetryBudget
  private var feed: PipeFeed?
  private var transfer: HTTPTransfer?
  private var received: Int64 = 0
  /// Bytes of an answer that are here already, because the server began from the start.
  private var skipped: Int64 = 0
  private var address: WebAddress?
  private var redirects = 0
  private var isRenewed = false
  private var takesBody = false
  private var isTooLong = false
  private var isPaused = false
  private var errorBody: [UInt8] = []
  private var progress: (Int64) -> Void = { _ in }
  private var onEnd: ((TransferFailure?) -> Void)?

  init(_ client: RegistryClient, _ scope: RegistryScope, _ blob: Descriptor) {
    self.client = client
    self.scope = scope
    self.blob = blob
    retry = RetryBudget(client.session.access)
  }

  private var subject: String { "blob \(blob.digest)" }

  func start(
    progress: @escaping (Int64) -> Void, onEnd: @escaping (TransferFailure?) -> Void
  ) throws(TransferFailure) -> SharedDescriptor {
    self.progress = progress
    self.onEnd = onEnd
    do throws(SystemError) {
      var pipe = try Pipe()
      guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
        throw SystemError("pipe", "", .badFileDescriptor)
      }
      writing.lent.growPipe()
      let feed = try PipeFeed(client.session.loop, writing)
      feed.onRoom = { [unowned self] in
        if isPaused {
          isPaused = false
          transfer?.resume()
        }
      }
      feed.onBroken = { [unowned self] in
        // The reader has its own reason, and tells it.
        stop()
        finish(nil)
      }
      feed.onClosed = { [unowned self] in finish(nil) }
      self.feed = feed
      begin()
      return SharedDescriptor(reading)
    } catch { throw TransferFailure(.system, subject, detail: "\(error)") }
  }

  func cancel() {
    onEnd = nil
    stop()
    feed?.abandon()
  }

  private func stop() {
    let running = transfer
    transfer = nil
    if let running {
      running.onEnd = nil
      client.session.loop.cancel(running)
    }
  }

  private func finish(_ failure: TransferFailure?) {
    let end = onEnd
    onEnd = nil
    end?(failure)
  }

  // MARK: One request

  private func begin() {
    do throws(TransferFailure) {
      let own = try client.address("\(scope.repository)/blobs/\(blob.digest)")
      let address = address ?? own
      var request = client.request("GET", address)
      if address.isSameServer(as: own), let value = try client.authorization(scope) {
        request.headers.append(("Authorization", value))
      }
      // Compression of the connection would be another one than that of the blob.
      request.headers.append(("Accept-Encoding", "identity"))
      if received > 0 { request.headers.append(("Range", "bytes=\(received)-")) }
      (takesBody, skipped, errorBody) = (false, 0, [])
      let transfer = try client.session.transfer(
        request, subject, host: client.host)
      transfer.onHead = { [unowned self] in takeHead($0) }
      transfer.sink = { [unowned self] in take($0) }
      transfer.onEnd = { [unowned self] in end($0) }
      self.transfer = transfer
      client.session.loop.start(transfer)
    } catch { fail(error) }
  }

  private func takeHead(_ head: HTTPResponseHead) -> HTTPTransfer.Flow {
    switch head.status {
    case 200:
      takesBody = true
      skipped = received
    case 206:
      takesBody = true
      let start = head["content-range"].flatMap { range in
        Int64(range.drop { !$0.isNumber }.prefix { $0.isNumber })
      }
      if start != received { return .refuse }
    default: break
    }
    return .taken
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> HTTPTransfer.Flow {
    guard takesBody else {
      errorBody += bytes.prefix(max(0, 65536 - errorBody.count))
      return .taken
    }
    guard let feed else { return .refuse }
    if !feed.isEmpty {
      isPaused = true
      return .pause
    }
    var bytes = bytes
    if skipped > 0 {
      let count = Int(min(skipped, Int64(bytes.count)))
      skipped -= Int64(count)
      bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
      if bytes.isEmpty { return .taken }
    }
    received += Int64(bytes.count)
    if received > blob.size {
      isTooLong = true
      return .refuse
    }
    feed.write(bytes)
    progress(received)
    return .taken
  }

  private func end(_ result: Result<HTTPResponseHead, HTTPError>) {
    transfer = nil
    isPaused = false
    if isTooLong {
      return fail(
        TransferFailure(
          .sizeMismatch, subject, expected: "\(blob.size)", found: "more than \(received - 1)"))
    }
    switch result {
    case .failure(let error):
      again(TransferFailure(error, subject, host: client.host), nil)
    case .success(let head):
      switch head.status {
      case 200, 206:
        if received == blob.size {
          feed?.close()
        } else {
          again(
            TransferFailure(
              .sizeMismatch, subject, host: client.host, expected: "\(blob.size)",
              found: "\(received)"), nil)
        }
      case 301, 302, 303, 307, 308: follow(head)
      case 401 where !isRenewed && client.learnChallenge(head):
        isRenewed = true
        client.tokens = [:]
        begin()
      case 416 where received > 0:
        fail(
          TransferFailure(
            .sizeMismatch, subject, expected: "\(blob.size)", found: "\(received)"))
      default:
        var failure = TransferFailure(
          HTTPResponse(head: head, body: errorBody), subject, host: client.host)
        failure.expected = "blob"
        again(failure, head["retry-after"])
      }
    }
  }

  private func follow(_ head: HTTPResponseHead) {
    do throws(TransferFailure) {
      redirects += 1
      var from = address
      if from == nil { from = try client.address("") }
      guard let from else { return }
      address = try client.redirect(head, from: from, subject: subject, count: redirects)
      begin()
    } catch { fail(error) }
  }

  /// Tries again where that can help: from where it stopped, and by way of the registry, because the
  /// addresses that it redirects to are good for a while only.
  private func again(_ failure: TransferFailure, _ retryAfter: String?) {
    let canPass = failure.isPassing || failure.cause == .sizeMismatch
    let wasRedirected = address != nil && failure.cause == .forbidden
    guard canPass || wasRedirected, let milliseconds = retry.next(retryAfter) else {
      return fail(failure)
    }
    (address, redirects) = (nil, 0)
    _ = client.session.loop.after(milliseconds) { [weak self] in
      if self?.onEnd != nil { self?.begin() }
    }
  }

  private func fail(_ failure: TransferFailure) {
    stop()
    // First the reason, then the end of the pipe, which the reader takes for the end of the blob.
    finish(failure)
    feed?.abandon()
  }
}
