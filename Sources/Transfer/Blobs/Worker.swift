import Archive
import HTTPClient
import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem
import SystemPackage

/// What a worker tells at its end.
struct WorkerReport: JSONObject {
  var failure: TransferFailure?
  var originalDigest: Digest?
  var originalSize: Int64?
  /// The digest of the uncompressed contents.
  var diffID: Digest?
  /// What the manifest is to say of the blob.
  var annotations: [String: String]?

  static var blank: WorkerReport { WorkerReport() }

  var original: BlobFacts.Original? {
    guard let originalDigest, let originalSize else { return nil }
    return BlobFacts.Original(digest: originalDigest, size: originalSize)
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("failure", &failure)
    try object.member("originalDigest", &originalDigest)
    try object.member("originalSize", &originalSize)
    try object.member("diffID", &diffID)
    try object.member("annotations", &annotations)
  }
}

/// A blob that a process of its own makes: packs, compresses, or changes the compression of what another
/// producer gives. So several layers are worked on at once, and none holds the loop up. The process is
/// confined as that which unpacks is: it reaches its input, its output and one folder.
final class WorkerProducer: BlobProducer {
  /// Reads the first descriptor, if there is one, and writes the second. It runs in the child.
  typealias Work = (FileDescriptor?, FileDescriptor) throws -> WorkerReport

  private let loop: EventLoop
  private let subject: String
  private let upstream: (any BlobProducer)?
  private let root: SharedDescriptor?
  private let files: [SharedDescriptor]
  private let work: Work
  private(set) var report: WorkerReport?
  private var isUpstreamDone: Bool
  private var process: ProcessID?
  private var pidfd: SharedDescriptor?
  private var answer: SharedDescriptor?
  private var token: EventLoop.Token?
  private var onEnd: ((TransferFailure?) -> Void)?

  /// - Parameters:
  ///   - upstream: what the worker reads; nil where it needs nothing.
  ///   - root: the folder whose files the worker reads, whoever owns them.
  ///   - files: what else the worker reads, which stays open in it.
  init(
    _ loop: EventLoop, _ subject: String, upstream: (any BlobProducer)? = nil,
    root: SharedDescriptor? = nil, files: [SharedDescriptor] = [], work: @escaping Work
  ) {
    (self.loop, self.subject, self.upstream) = (loop, subject, upstream)
    (self.root, self.files, self.work) = (root, files, work)
    isUpstreamDone = upstream == nil
  }

  func start(
    progress: @escaping (Int64) -> Void, onEnd: @escaping (TransferFailure?) -> Void
  ) throws(TransferFailure) -> SharedDescriptor {
    self.onEnd = onEnd
    let input = try upstream?.start(progress: progress) { [unowned self] failure in
      isUpstreamDone = true
      if let failure { fail(failure) } else { endIfDone() }
    }
    do throws(SystemError) {
      var output = try Pipe()
      var answer = try Pipe()
      guard let reading = output.reading.take(), let writing = output.writing.take(),
        let answerReading = answer.reading.take(), let answerWriting = answer.writing.take()
      else { throw SystemError("pipe", "", .badFileDescriptor) }
      writing.lent.growPipe()
      try launch(input, SharedDescriptor(writing), SharedDescriptor(answerWriting))
      let end = SharedDescriptor(answerReading)
      self.answer = end
      token = loop.whenReadable(end.lent) { [unowned self] in takeAnswer() }
      return SharedDescriptor(reading)
    } catch { throw TransferFailure(.system, subject, detail: "\(error)") }
  }

  /// Makes the child; our ends of what it writes to are closed on return.
  private func launch(
    _ input: SharedDescriptor?, _ output: SharedDescriptor, _ answer: SharedDescriptor
  ) throws(SystemError) {
    switch try Confinement.clone() {
    case .child: live(input, output, answer)
    case .parent(let handle):
      process = handle.id
      pidfd = SharedDescriptor(try handle.descriptor.lent.duplicated())
    }
  }

  /// The child's life.
  private func live(
    _ input: SharedDescriptor?, _ output: SharedDescriptor, _ answer: SharedDescriptor
  ) -> Never {
    let kept = ([input].compactMap { $0 } + files + [output, answer]).map(\.lent)
    let confinement = Confinement(
      root: root?.lent, descriptors: kept,
      capabilities: root == nil ? [] : ["CAP_DAC_READ_SEARCH"])
    var report: WorkerReport
    do {
      try confinement.enter()
      report = try work(input?.lent, output.lent)
    } catch {
      report = WorkerReport()
      report.failure = TransferFailure(work: error, subject)
    }
    if let text = try? JSONWriter().write(report) { try? answer.lent.writeAll(text) }
    CurrentProcess.exit(report.failure == nil ? 0 : 1)
  }

  private func takeAnswer() {
    guard let answer, let process else { return }
    stopWaiting()
    let text = (try? answer.lent.readToEnd(limit: 1 << 20)) ?? []
    self.answer = nil
    self.process = nil
    let status = try? ProcessHandle.wait(for: process)
    guard let report = try? JSONReader().read(WorkerReport.self, from: text) else {
      return fail(
        TransferFailure(
          .system, subject, detail: "its worker ended: \(status.map { "\($0)" } ?? "")"))
    }
    self.report = report
    if let failure = report.failure { fail(failure) } else { endIfDone() }
  }

  private func endIfDone() {
    if isUpstreamDone, report != nil { finish(nil) }
  }

  private func fail(_ failure: TransferFailure) {
    finish(failure)
    cancel()
  }

  private func finish(_ failure: TransferFailure?) {
    let end = onEnd
    onEnd = nil
    end?(failure)
  }

  func cancel() {
    onEnd = nil
    upstream?.cancel()
    stopWaiting()
    answer = nil
    if let process, let pidfd {
      try? ProcessHandle.send(.kill, to: pidfd.lent)
      _ = try? ProcessHandle.wait(for: process)
    }
    process = nil
  }

  private func stopWaiting() {
    if let token { loop.remove(token) }
    token = nil
  }
}

extension TransferFailure {
  /// A failure of work on an archive.
  init(work error: any Error, _ subject: String) {
    if case ArchiveError.system(let error)? = error as? ArchiveError {
      self.init(store: error, subject)
    } else if error is ArchiveError {
      self.init(.archive, subject, detail: "\(error)")
    } else {
      self.init(store: error, subject)
    }
  }
}
