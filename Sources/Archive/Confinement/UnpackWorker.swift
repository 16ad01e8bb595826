internal import Glibc
internal import JSON
internal import LinuxSystem
internal import SystemPackage

/// The child of `ConfinedUnpack`.
struct UnpackWorker {
  let input: FileDescriptor
  let target: FileDescriptor
  let tarSplit: FileDescriptor?
  let report: FileDescriptor

  /// Confines this process, unpacks, reports, and ends.
  func run(_ compression: Compression?, _ gzip: GzipDecoding, _ options: UnpackOptions) -> Never {
    var outcome = WorkerReport()
    do throws(SystemError) {
      let descriptors = [input, report] + (tarSplit.map { [$0] } ?? [])
      try Confinement(
        root: target, descriptors: descriptors, capabilities: UnpackWorker.capabilities
      ).enter()
      outcome = unpack(compression, gzip, options)
    } catch {
      outcome.failure = WorkerReport.Failure(.system(error))
    }
    send(outcome)
    CurrentProcess.exit(0)
  }

  private func send(_ outcome: WorkerReport) {
    guard let text = try? JSONWriter().write(outcome) else { return }
    try? report.writeAll(text)
  }

  private func unpack(
    _ compression: Compression?, _ gzip: GzipDecoding, _ options: UnpackOptions
  ) -> WorkerReport {
    var outcome = WorkerReport()
    let session = UnpackSession(target, options)
    if case .overlay(.trusted) = options.whiteouts { session.opaqueFolders = [] }
    do throws(ArchiveError) {
      var split: Compressor?
      if let tarSplit {
        // The lines are base64 of mostly zeros: the fastest level makes them small enough.
        split = try Compressor(.gzip, level: 1, to: DescriptorSink(tarSplit, subject: "tar-split"))
      }
      var unpacker = LayerUnpacker(into: target, options)
      unpacker.gzip = gzip
      let unpacked = try unpacker.unpack(
        DescriptorSource(input, subject: "layer"), compression, split, session)
      outcome.result = WorkerReport.Result(unpacked, opaqueFolders: session.opaqueFolders ?? [])
    } catch {
      outcome.failure = WorkerReport.Failure(error)
    }
    return outcome
  }

  /// What unpacking needs of a privileged process.
  private static let capabilities = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_MKNOD", "CAP_SETFCAP",
  ]
}
