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
    var worker = self
    var outcome = WorkerReport()
    do throws(SystemError) {
      try CurrentProcess.setParentDeathSignal(.kill)
      Signal.resetAll()
      _ = CurrentProcess.setFileCreationMask(0)
      worker = try withoutOtherDescriptors()
      try worker.confine()
      outcome = worker.unpack(compression, gzip, options)
    } catch {
      outcome.failure = WorkerReport.Failure(.system(error))
    }
    worker.send(outcome)
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

  // MARK: Confinement

  /// What unpacking needs of a privileged process.
  private static let capabilities = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_MKNOD", "CAP_SETFCAP",
  ]

  /// Gives up all but the folder and the capabilities that the work needs.
  private func confine() throws(SystemError) {
    try CurrentProcess.changeDirectory(to: target)
    try changeRoot(".")
    try UnpackWorker.dropCapabilities()
  }

  /// This worker with new numbers for its descriptors, and no other descriptor open.
  private func withoutOtherDescriptors() throws(SystemError) -> UnpackWorker {
    // Above all that is open, so that one range holds the rest.
    let null = try openFile("/dev/null", [.readWrite]).release()
    var first = null.rawValue
    for descriptor in [input, target, report] + (tarSplit.map { [$0] } ?? []) {
      first = max(first, descriptor.rawValue)
    }
    let base = first + 1
    let worker = UnpackWorker(
      input: try input.duplicated(minimum: base).release(),
      target: try target.duplicated(minimum: base).release(),
      tarSplit: try tarSplit.map { (file) throws(SystemError) in
        try file.duplicated(minimum: base).release()
      },
      report: try report.duplicated(minimum: base).release())
    for number in CInt(0)...2 where number != null.rawValue { try null.install(as: number) }
    try DescriptorTable.close(3...first)
    let last =
      [worker.input, worker.target, worker.report, worker.tarSplit ?? worker.report]
      .map(\.rawValue).max() ?? base
    // Whatever the parent has between and behind: the four stand in a row unless a number was taken.
    let kept = Set([worker.input, worker.target, worker.report, worker.tarSplit ?? worker.report])
    for number in base...last where !kept.contains(FileDescriptor(rawValue: number)) {
      try DescriptorTable.close(number...number)
    }
    try DescriptorTable.closeAll(from: last + 1)
    return worker
  }

  private static func dropCapabilities() throws(SystemError) {
    var wanted: Capabilities = []
    for name in capabilities {
      if let capability = Capabilities(name: name) { wanted.insert(capability) }
    }
    let current = try ThreadCapabilities.current()
    try CurrentProcess.setNoNewPrivileges()
    try Capabilities.clearAmbient()
    let kept = current.permitted.intersection(wanted)
    try ThreadCapabilities(effective: kept, permitted: kept, inheritable: []).install()
  }
}
