import Archive
import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

/// A blob that goes to a registry: in one stream, and its digest behind it.
final class RegistryUpload: BlobConsumer {
  private let client: RegistryClient
  private let scope: RegistryScope
  private let subject: String
  private let hash = SHA256()
  private var count: Int64 = 0
  private var input: SharedDescriptor?
  private var place: WebAddress?
  private var transfer: HTTPTransfer?
  private var token: EventLoop.Token?
  private var answerBody: [UInt8] = []
  private var readFailure: SystemError?
  private var progress: (Int64) -> Void = { _ in }
  private var onEnd: ((Result<BlobFacts, TransferFailure>) -> Void)?

  init(_ client: RegistryClient, _ scope: RegistryScope, subject: String) {
    (self.client, self.scope, self.subject) = (client, scope, subject)
  }

  private var loop: EventLoop { client.session.loop }

  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure) {
    (self.input, self.progress, self.onEnd) = (input, progress, onEnd)
    do { try input.lent.setNonBlocking(true) } catch {
      throw TransferFailure(.system, subject, detail: "\(error)")
    }
    let place = try client.beginUpload(scope, subject: subject)
    self.place = place
    var request = client.request("PATCH", place)
    if let value = try client.authorization(scope), client.isOwn(place) {
      request.headers.append(("Authorization", value))
    }
    request.headers.append(("Content-Type", "application/octet-stream"))
    request.body = .stream(length: nil)
    // The worker that makes the bytes may have to think for longer than a server.
    request.idleLimit = 600
    let transfer = try client.session.transfer(request, subject, host: client.host)
    transfer.source = { [unowned self] in give($0) }
    transfer.sink = { [unowned self] in
      answerBody += $0.prefix(max(0, 65536 - answerBody.count))
      return .taken
    }
    transfer.onEnd = { [unowned self] in end($0) }
    self.transfer = transfer
    loop.start(transfer)
  }

  private func give(_ buffer: UnsafeMutableRawBufferPointer) -> HTTPTransfer.Supply {
    guard let input else { return .refuse }
    do throws(SystemError) {
      let bytes = try input.lent.readSome(limit: buffer.count, subject: subject)
      buffer.copyBytes(from: bytes)
      bytes.withUnsafeBytes { hash.update($0) }
      count += Int64(bytes.count)
      progress(count)
      return .filled(bytes.count)
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else {
        readFailure = error
        return .refuse
      }
      token = loop.whenReadable(input.lent) { [unowned self] in
        stopWaiting()
        transfer?.resume()
      }
      return .pause
    }
  }

  private func end(_ result: Result<HTTPResponseHead, HTTPError>) {
    transfer = nil
    stopWaiting()
    do throws(TransferFailure) {
      if let readFailure { throw TransferFailure(.system, subject, detail: "\(readFailure)") }
      let head: HTTPResponseHead
      switch result {
      case .success(let answer): head = answer
      case .failure(let error): throw TransferFailure(error, subject, host: client.host)
      }
      guard head.status == 202 || head.status == 204, let from = place else {
        throw TransferFailure(
          HTTPResponse(head: head, body: answerBody), subject, host: client.host)
      }
      guard let next = from.resolving(head["location"] ?? from.text) else {
        throw TransferFailure(.redirect, subject, host: client.host, detail: head["location"])
      }
      let digest = Digest(hash.value())
      try client.endUpload(at: next, digest: digest, scope, subject: subject)
      finish(.success(BlobFacts(digest: digest, size: count)))
    } catch { finish(.failure(error)) }
  }

  private func finish(_ result: Result<BlobFacts, TransferFailure>) {
    let end = onEnd
    onEnd = nil
    input = nil
    end?(result)
  }

  func cancel() {
    onEnd = nil
    stopWaiting()
    if let transfer {
      self.transfer = nil
      transfer.onEnd = nil
      loop.cancel(transfer)
    }
    input = nil
  }

  private func stopWaiting() {
    if let token { loop.remove(token) }
    token = nil
  }
}

extension RegistryClient {
  /// Whether an address is of the registry itself, which may know the user's credentials.
  func isOwn(_ address: WebAddress) -> Bool { base?.isSameServer(as: address) ?? false }

  /// Asks for a place to send a blob to.
  func beginUpload(_ scope: RegistryScope, subject: String) throws(TransferFailure) -> WebAddress {
    let start = try address("\(scope.repository)/blobs/uploads/")
    let response = try perform("POST", start, scope: scope, subject: subject, accepted: [202])
    return try place(in: response.head, from: start, subject)
  }

  /// Where an upload goes on. From HTTPS nothing leads to HTTP.
  private func place(
    in head: HTTPResponseHead, from address: WebAddress, _ subject: String
  ) throws(TransferFailure) -> WebAddress {
    let location = head["location"] ?? ""
    guard let place = address.resolving(location),
      place.scheme == "https" || address.scheme == "http"
    else { throw TransferFailure(.redirect, subject, host: host, detail: printable(location)) }
    return place
  }

  /// Says that a blob is there as a whole, and which it has to be.
  func endUpload(
    at place: WebAddress, digest: Digest, _ scope: RegistryScope, subject: String
  ) throws(TransferFailure) {
    let separator = place.path.contains("?") ? "&" : "?"
    let query = "digest=" + percentEncoded(digest.description)
    guard let address = WebAddress(place.text + separator + query) else {
      throw TransferFailure(.redirect, subject, host: host, detail: place.text)
    }
    _ = try perform(
      "PUT", address, scope: scope, subject: subject, body: .none, accepted: [201, 204])
  }

  /// Sends a small blob, unless it is there.
  func upload(_ bytes: [UInt8], digest: Digest, _ scope: RegistryScope) throws(TransferFailure) {
    let subject = "blob \(digest)"
    if try blobSize(digest, scope) != nil { return }
    let place = try beginUpload(scope, subject: subject)
    let separator = place.path.contains("?") ? "&" : "?"
    let query = "digest=" + percentEncoded(digest.description)
    guard let address = WebAddress(place.text + separator + query) else {
      throw TransferFailure(.redirect, subject, host: host, detail: place.text)
    }
    _ = try perform(
      "PUT", address, scope: scope, subject: subject,
      headers: [("Content-Type", "application/octet-stream")], body: .bytes(bytes),
      accepted: [201, 204])
  }

  /// The size of a blob that the registry has; nil where it has none.
  func blobSize(_ digest: Digest, _ scope: RegistryScope) throws(TransferFailure) -> Int64? {
    let response = try perform(
      "HEAD", try address("\(scope.repository)/blobs/\(digest)"), scope: scope,
      subject: "blob \(digest)", accepted: [200, 404])
    guard response.head.status == 200 else { return nil }
    return response.head["content-length"].flatMap { Int64($0) } ?? -1
  }

  /// Lets a repository have a blob that another one has; false where the registry does not.
  func mount(
    _ digest: Digest, from other: String, _ scope: RegistryScope
  ) throws(TransferFailure) -> Bool {
    var scope = scope
    scope.readRepositories = [other]
    let start = try address(
      "\(scope.repository)/blobs/uploads/?mount=\(percentEncoded(digest.description))"
        + "&from=\(percentEncoded(other))")
    let response = try perform(
      "POST", start, scope: scope, subject: "blob \(digest)", accepted: [201, 202])
    if response.head.status == 201 { return true }
    // It began an upload instead, which nobody goes on with.
    if let place = try? place(in: response.head, from: start, "") {
      _ = try? perform("DELETE", place, scope: scope, subject: "", accepted: [204, 404, 405])
    }
    return false
  }
}
