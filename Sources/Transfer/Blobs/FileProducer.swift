import HTTPClient
import HelperProtocols
import LinuxSystem
import SystemPackage

/// A blob that is a file by itself, which is read to its end.
final class FileProducer: BlobProducer {
  private let open: () throws(TransferFailure) -> SharedDescriptor
  var report: WorkerReport? { nil }

  /// - Parameter open: gives the file, at its beginning.
  init(_ open: @escaping () throws(TransferFailure) -> SharedDescriptor) { self.open = open }

  func start(
    progress: @escaping (Int64) -> Void, onEnd: @escaping (TransferFailure?) -> Void
  ) throws(TransferFailure) -> SharedDescriptor {
    let file = try open()
    onEnd(nil)
    return file
  }

  func cancel() {}
}

/// A blob that is a part of a file, as a member of an archive is.
final class FilePartProducer: BlobProducer {
  private let loop: EventLoop
  private let file: SharedDescriptor
  private let subject: String
  private var offset: Int64
  private let end: Int64
  private let start: Int64
  private var feed: PipeFeed?
  private var progress: (Int64) -> Void = { _ in }
  private var onEnd: ((TransferFailure?) -> Void)?
  var report: WorkerReport? { nil }

  init(_ loop: EventLoop, _ file: SharedDescriptor, offset: Int64, length: Int64, subject: String) {
    (self.loop, self.file, self.subject) = (loop, file, subject)
    (start, self.offset) = (offset, offset)
    end = offset.addingReportingOverflow(length).partialValue
  }

  func start(
    progress: @escaping (Int64) -> Void, onEnd: @escaping (TransferFailure?) -> Void
  ) throws(TransferFailure) -> SharedDescriptor {
    (self.progress, self.onEnd) = (progress, onEnd)
    do throws(SystemError) {
      var pipe = try Pipe()
      guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
        throw SystemError("pipe", "", .badFileDescriptor)
      }
      writing.lent.growPipe()
      let feed = try PipeFeed(loop, writing)
      feed.onRoom = { [unowned self] in fill() }
      feed.onBroken = { [unowned self] in finish(nil) }
      feed.onClosed = { [unowned self] in finish(nil) }
      self.feed = feed
      // Not from here: the reader is not there yet.
      _ = loop.after(0) { [weak self] in self?.fill() }
      return SharedDescriptor(reading)
    } catch { throw TransferFailure(.system, subject, detail: "\(error)") }
  }

  private func fill() {
    while let feed, feed.isEmpty, onEnd != nil {
      if offset >= end { return feed.close() }
      do throws(SystemError) {
        let bytes = try file.lent.readPart(
          at: offset, limit: Int(min(end - offset, 1 << 18)), subject: subject)
        if bytes.isEmpty {
          let missing = TransferFailure(
            .sizeMismatch, subject, expected: "\(end - start)", found: "\(offset - start)")
          finish(missing)
          return feed.abandon()
        }
        offset += Int64(bytes.count)
        bytes.withUnsafeBytes { feed.write($0) }
        progress(offset - start)
      } catch {
        finish(TransferFailure(.system, subject, detail: "\(error)"))
        return feed.abandon()
      }
    }
  }

  private func finish(_ failure: TransferFailure?) {
    let end = onEnd
    onEnd = nil
    end?(failure)
  }

  func cancel() {
    onEnd = nil
    feed?.abandon()
  }
}
