import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem

/// Moves the layers of one image, several at once.
final class LayerMovement {
  private let session: TransferSession
  private let source: any ImageSource
  private let destination: any ImageDestination
  private let layers: [SourceLayer]
  private var results: [Descriptor?]
  private var running: [Int: Running] = [:]
  private var attempts: [Int: RetryBudget] = [:]

  private struct Running {
    var transfer: BlobTransfer
    /// The compression that it has when it arrives.
    var compression: MediaType.Compression
    var isRecoded: Bool
  }

  init(
    _ session: TransferSession, _ source: any ImageSource, _ destination: any ImageDestination,
    _ layers: [SourceLayer]
  ) {
    (self.session, self.source, self.destination) = (session, source, destination)
    self.layers = layers
    results = Array(repeating: nil, count: layers.count)
  }

  /// Moves all, and says how each is to be named in the manifest.
  func run() throws(TransferFailure) -> [Descriptor] {
    var next = 0
    let width = min(destination.width, max(1, session.writing.parallelCopies ?? .max))
    do throws(TransferFailure) {
      while next < layers.count || !running.isEmpty {
        while next < layers.count, running.count < width {
          try begin(next)
          next += 1
        }
        session.loop.run(until: { self.running.values.contains { $0.transfer.result != nil } })
        for index in running.keys.sorted() {
          guard let one = running[index], let result = one.transfer.result else { continue }
          running[index] = nil
          try end(index, one, result)
        }
      }
    } catch {
      for one in running.values { one.transfer.cancel() }
      throw error
    }
    return results.compactMap { $0 }
  }

  private func begin(_ index: Int) throws(TransferFailure) {
    let layer = layers[index]
    switch try destination.plan(layer, index: index) {
    case .present(let blob):
      tell(.exists, layer)
      results[index] = blob
    case .taken(let consumer):
      try start(index, try source.producer(layer, index: index), consumer, layer.compression, false)
    case .recoded(let compression, let consumer):
      let writing = session.writing
      let recoding = Recoding(
        compression, level: writing.compressionLevel,
        isChunked: writing.compression == "zstd:chunked")
      let worker = try source.producer(layer, index: index, recoding, session.loop)
      try start(index, worker, consumer, compression, true)
    }
  }

  private func start(
    _ index: Int, _ producer: any BlobProducer, _ consumer: any BlobConsumer,
    _ compression: MediaType.Compression, _ isRecoded: Bool
  ) throws(TransferFailure) {
    let layer = layers[index]
    let transfer = BlobTransfer(from: producer, to: consumer)
    tell(.blob, layer)
    var last = MonotonicClock.milliseconds()
    transfer.progress = { [session] bytes in
      let now = MonotonicClock.milliseconds()
      guard now - last >= 100 else { return }
      last = now
      var event = TransferEvent(.progress)
      (event.digest, event.bytes) = (layer.blob.digest.description, bytes)
      session.report(event)
    }
    running[index] = Running(transfer: transfer, compression: compression, isRecoded: isRecoded)
    transfer.start()
  }

  private func end(
    _ index: Int, _ one: Running, _ result: Result<BlobFacts, TransferFailure>
  ) throws(TransferFailure) {
    let layer = layers[index]
    let facts: BlobFacts
    switch result {
    case .success(let all): facts = all
    case .failure(let failure):
      var budget = attempts[index] ?? RetryBudget(session.access)
      // A download has tried for itself; what an upload has read is gone, and is made again.
      guard failure.isPassing, !(source is RegistrySource), budget.wait(session.loop, nil) else {
        throw failure
      }
      attempts[index] = budget
      return try begin(index)
    }
    try verify(facts, layer, one.isRecoded)
    var blob = try destination.finish(layer, index: index, facts)
    if one.isRecoded, let family = layer.family {
      blob.mediaType = .layer(family, one.compression)
      // What zstd:chunked said of the layer is no longer true of it.
      blob.annotations = facts.annotations.flatMap { $0.isEmpty ? nil : $0 }
    }
    results[index] = blob
    tell(.done, layer)
  }

  private func verify(
    _ facts: BlobFacts, _ layer: SourceLayer, _ isRecoded: Bool
  ) throws(TransferFailure) {
    let subject = "layer \(layer.blob.digest)"
    let seen = isRecoded ? facts.original : .init(digest: facts.digest, size: facts.size)
    guard let seen, seen.digest == layer.blob.digest else {
      throw TransferFailure(
        .digestMismatch, subject, expected: layer.blob.digest.description,
        found: seen?.digest.description)
    }
    guard seen.size == layer.blob.size || layer.blob.size < 0 else {
      throw TransferFailure(
        .sizeMismatch, subject, expected: "\(layer.blob.size)", found: "\(seen.size)")
    }
    if let diffID = layer.diffID, let found = facts.diffID, found != diffID {
      throw TransferFailure(
        .digestMismatch, "\(subject), uncompressed", expected: diffID.description,
        found: found.description)
    }
  }

  private func tell(_ kind: TransferEvent.Kind, _ layer: SourceLayer) {
    var event = TransferEvent(kind)
    (event.digest, event.size, event.part) = (
      layer.blob.digest.description, layer.blob.size, .layer
    )
    session.report(event)
  }
}

extension SourceLayer {
  /// In which kind of manifest it stands.
  var family: MediaType.Family? {
    blob.mediaType.rawValue.contains("vnd.docker") ? .docker : .oci
  }
}
