import HelperProtocols
import ImageSpec
import LinuxSystem

/// What has come out at the end of a blob's way.
struct BlobFacts: Equatable {
  var digest: Digest
  var size: Int64
  /// What it came from, where it was compressed in another way on its way.
  var original: Original?
  /// The digest of the uncompressed contents, where somebody has seen them.
  var diffID: Digest?
  /// What the manifest is to say of it.
  var annotations: [String: String]?

  struct Original: Equatable {
    var digest: Digest
    var size: Int64
  }

  init(digest: Digest, size: Int64) {
    self.digest = digest
    self.size = size
  }
}

/// Where a blob comes from: it makes bytes that can be read from a descriptor.
///
/// It need not hash them: whoever takes them does, once.
protocol BlobProducer: AnyObject {
  /// Begins.
  ///
  /// - Parameters:
  ///   - progress: told how many bytes have been made so far.
  ///   - onEnd: called once, when all bytes are made (nil) or why not. Then the descriptor's other end
  ///     is closed.
  func start(
    progress: @escaping (Int64) -> Void, onEnd: @escaping (TransferFailure?) -> Void
  ) throws(TransferFailure) -> SharedDescriptor
  /// Gives up; `onEnd` is not called any more.
  func cancel()
  /// What a worker has seen on the way, once it has ended.
  var report: WorkerReport? { get }
}

/// Where a blob goes: it reads a descriptor to its end, and hashes what it reads.
protocol BlobConsumer: AnyObject {
  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure)
  /// Gives up, and undoes what was done; `onEnd` is not called any more.
  func cancel()
}

/// A blob on its way from a producer to a consumer.
final class BlobTransfer {
  private let producer: any BlobProducer
  private let consumer: any BlobConsumer
  private var isProduced = false
  private var facts: BlobFacts?
  private(set) var result: Result<BlobFacts, TransferFailure>?
  /// Told how many bytes are through, as its producer counts or, where it does not, its consumer.
  var progress: (Int64) -> Void = { _ in }

  init(from producer: any BlobProducer, to consumer: any BlobConsumer) {
    self.producer = producer
    self.consumer = consumer
  }

  func start() {
    do throws(TransferFailure) {
      let input = try producer.start(progress: { [unowned self] in progress($0) }) {
        [unowned self] failure in
        isProduced = true
        if let failure { fail(failure) } else { endIfDone() }
      }
      if result != nil { return }
      try consumer.start(input, progress: { [unowned self] in progress($0) }) {
        [unowned self] result in
        switch result {
        case .success(let facts):
          self.facts = facts
          endIfDone()
        case .failure(let failure): fail(failure)
        }
      }
    } catch { fail(error) }
  }

  private func endIfDone() {
    guard result == nil, isProduced, var facts else { return }
    if let report = producer.report {
      facts.original = report.original
      facts.diffID = facts.diffID ?? report.diffID
      facts.annotations = report.annotations
    }
    result = .success(facts)
  }

  private func fail(_ failure: TransferFailure) {
    guard result == nil else { return }
    result = .failure(failure)
    producer.cancel()
    consumer.cancel()
  }

  func cancel() { fail(TransferFailure(.cut, detail: "given up")) }
}
