import Archive
import HTTPClient
import HelperProtocols
import Igzip
import ImageSpec
import LinuxSystem
import Storage
import SystemPackage

/// A layer that a confined child unpacks into a folder of the store.
final class UnpackConsumer: BlobConsumer {
  private let loop: EventLoop
  private let subject: String
  private let staged: StagedLayer
  private let options: UnpackOptions
  private var unpack: ConfinedUnpack?
  private var token: EventLoop.Token?
  private var onEnd: ((Result<BlobFacts, TransferFailure>) -> Void)?
  /// What the child has told.
  private(set) var report: UnpackReport?

  init(_ loop: EventLoop, _ staged: StagedLayer, _ options: UnpackOptions, subject: String) {
    (self.loop, self.staged, self.options, self.subject) = (loop, staged, options, subject)
  }

  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure) {
    self.onEnd = onEnd
    do {
      let folder = try openFile(staged.folder, [.readOnly, .directory])
      let tarSplit = try openFile(
        staged.tarSplitPath, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
      let unpack = try ConfinedUnpack.start(
        input.lent, into: folder.lent, tarSplit: tarSplit.lent,
        gzip: IgzipDecoder.decoding, options)
      token = loop.whenReadable(unpack.descriptor) { [unowned self] in end() }
      self.unpack = consume unpack
    } catch { throw TransferFailure(work: error, subject) }
  }

  private func end() {
    guard let unpack = unpack.take() else { return }
    stopWaiting()
    let end = onEnd
    onEnd = nil
    do throws(ArchiveError) {
      let report = try unpack.finish()
      self.report = report
      var facts = BlobFacts(
        digest: Digest(report.compressedDigest), size: Int64(clamping: report.compressedSize))
      facts.diffID = Digest(report.diffID)
      end?(.success(facts))
    } catch { end?(.failure(TransferFailure(work: error, subject))) }
  }

  func cancel() {
    onEnd = nil
    stopWaiting()
    unpack.take()?.cancel()
  }

  private func stopWaiting() {
    if let token { loop.remove(token) }
    token = nil
  }
}
