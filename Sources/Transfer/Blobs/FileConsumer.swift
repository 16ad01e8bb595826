import Archive
import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

extension Digest {
  /// The digest that a hash has come to.
  init(_ value: SHA256Value) { self.init(words: value.words) }

  /// The digest of these bytes.
  static func of(_ bytes: [UInt8]) -> Digest { Digest(SHA256.value(of: bytes)) }
}

/// A blob that is read from its producer and written to a file.
final class FileConsumer: BlobConsumer {
  private let loop: EventLoop
  private let subject: String
  private let file: SharedDescriptor
  private let hash = SHA256()
  private var count: Int64 = 0
  private var input: SharedDescriptor?
  private var token: EventLoop.Token?
  private var progress: (Int64) -> Void = { _ in }
  private var onEnd: ((Result<BlobFacts, TransferFailure>) -> Void)?

  /// - Parameter file: is written from its position on.
  init(_ loop: EventLoop, _ file: SharedDescriptor, subject: String) {
    (self.loop, self.file, self.subject) = (loop, file, subject)
  }

  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure) {
    (self.input, self.progress, self.onEnd) = (input, progress, onEnd)
    token = loop.whenReadable(input.lent) { [unowned self] in take() }
  }

  private func take() {
    guard let input else { return }
    do throws(SystemError) {
      let bytes = try input.lent.readSome(limit: 1 << 18, subject: subject)
      if bytes.isEmpty {
        return finish(.success(BlobFacts(digest: Digest(hash.value()), size: count)))
      }
      bytes.withUnsafeBytes { hash.update($0) }
      count += Int64(bytes.count)
      try file.lent.writeAll(bytes, subject: subject)
      progress(count)
    } catch { finish(.failure(TransferFailure(store: error, subject))) }
  }

  private func finish(_ result: Result<BlobFacts, TransferFailure>) {
    let end = onEnd
    cancel()
    end?(result)
  }

  func cancel() {
    onEnd = nil
    if let token { loop.remove(token) }
    (token, input) = (nil, nil)
  }
}
