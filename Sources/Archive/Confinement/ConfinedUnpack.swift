internal import Glibc
internal import JSON
internal import LinuxSystem
public import SystemPackage

/// Unpacks a layer in a process of its own, which can reach nothing but its folder.
///
/// The child has mount, network, IPC and UTS namespaces of its own where they may be made, its root is
/// the target folder, it holds no descriptor but input, tar-split output and the pipe of its report, and
/// no capability but those that owners, modes, devices and attributes need. It decompresses, hashes,
/// unpacks and writes tar-split data in one pass.
///
///     let unpack = try ConfinedUnpack.start(blob, into: folder, tarSplit: file, options)
///     // feed the pipe that `blob` is the other end of; `unpack.descriptor` becomes readable at the end
///     let report = try unpack.finish()
///
/// One of `finish` and `cancel` has to be called. The caller has one thread, as everything that forks.
public struct ConfinedUnpack: ~Copyable {
  private let process: ProcessHandle
  private let report: OwnedDescriptor
  private let target: OwnedDescriptor
  private let options: UnpackOptions

  /// Readable as soon as the child has reported or ended: for a poller.
  public var descriptor: FileDescriptor { report.lent }

  /// The most bytes of a report: opaque folders are listed in it.
  private static let largestReport = 1 << 26

  /// Starts the child.
  ///
  /// - Parameters:
  ///   - input: the compressed or plain archive, from its position to the end: a file or a pipe. It
  ///     may be closed once this returns. A writer that feeds a pipe gets EPIPE if the child gives up;
  ///     `finish` then tells why.
  ///   - target: the folder that becomes the child's root; opened for reading, not as a mere place.
  ///   - tarSplit: an empty file for the tar-split data, gzip and JSON lines; nil for none.
  ///   - compression: nil looks at the first bytes.
  ///   - gzip: what decompresses gzip.
  public static func start(
    _ input: FileDescriptor, into target: FileDescriptor, tarSplit: FileDescriptor?,
    compression: Compression? = nil, gzip: GzipDecoding = .zlib, _ options: UnpackOptions
  ) throws(ArchiveError) -> ConfinedUnpack {
    var pipe = try archiving { () throws(SystemError) in try Pipe() }
    let kept = try archiving { () throws(SystemError) in try target.duplicated() }
    switch try archiving({ () throws(SystemError) in try Confinement.clone() }) {
    case .child:
      // Given up: in code that never returns, an owner's life ends at its last mention.
      guard let report = pipe.writing.take() else { CurrentProcess.exit(1) }
      UnpackWorker(input: input, target: target, tarSplit: tarSplit, report: report.release())
        .run(compression, gzip, options)
    case .parent(let process):
      guard let report = pipe.reading.take() else { throw .truncated(.report) }
      return ConfinedUnpack(process: process, report: report, target: kept, options: options)
    }
  }

  /// Waits for the child and takes its report. What was unpacked before an error remains in the folder:
  /// the caller removes it.
  public consuming func finish() throws(ArchiveError) -> UnpackReport {
    let text = try archiving { () throws(SystemError) in
      try report.lent.readToEnd(limit: ConfinedUnpack.largestReport, subject: "report")
    }
    let status = try archiving { () throws(SystemError) in try process.wait() }
    if text.isEmpty { throw .workerEnded(status) }
    let parsed: WorkerReport
    do throws(JSONError) {
      parsed = try JSONReader().read(WorkerReport.self, from: text)
    } catch {
      throw .malformed(.report, error.description, offset: 0)
    }
    if let failure = parsed.failure {
      throw failure.error ?? .malformed(.report, failure.kind, offset: 0)
    }
    guard status == .exited(0), let result = parsed.result, let report = result.report else {
      throw .workerEnded(status)
    }
    try markOpaque(result.opaqueFolders)
    return report
  }

  /// The attribute needs CAP_SYS_ADMIN, which the child has not.
  private borrowing func markOpaque(_ folders: [String]) throws(ArchiveError) {
    let session = UnpackSession(target.lent, options)
    for text in folders {
      guard let bytes = base64Decoded(text.utf8), let path = EntryPath(bytes) else {
        throw .malformed(.report, "path", offset: 0)
      }
      // No link in the last component; none that leads out before it.
      let folder = try session.openFolderItself(path)
      try session.setOpaque(folder.lent, path)
    }
  }

  /// Ends the child, whose work is not wanted any more, and waits until it is gone.
  public consuming func cancel() {
    try? process.send(.kill)
    _ = try? process.wait()
  }
}
