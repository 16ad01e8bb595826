import HelperProtocols

/// Which of a container's streams something came from.
enum OutputKind: Sendable {
  case output, errorOutput

  var name: StaticString { self == .output ? "stdout" : "stderr" }
  var packet: MonitorPacket { self == .output ? .output : .errorOutput }
}

/// Where a container's output is kept.
///
/// A log that cannot be written never stops the container: what does not fit is left out, line by
/// line.
protocol ContainerLog: AnyObject {
  /// Keeps what was read at once.
  func write(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer)
  /// Takes note that nothing more comes from this process.
  func endOfProcess()
  /// Goes on in the file that has the path now.
  func reopen()
}

/// Makes the log of a plan; `nil` where nothing is kept.
func makeLog(_ plan: LaunchPlan) throws -> (any ContainerLog)? {
  switch plan.log.driver {
  case .none, .passthrough, .passthroughTTY: return nil
  case .journald: return try JournalLog(plan)
  case .k8sFile, .jsonFile:
    let file = try LogFile(
      path: plan.log.path ?? "\(plan.bundle)/ctr.log", maxSize: plan.log.maxSize,
      maxFiles: plan.log.maxFiles)
    return plan.log.driver == .k8sFile ? KubernetesLog(file) : DockerLog(file)
  }
}

/// Calls `body` for each line of the bytes without its line feed; `isWhole` is false for what has
/// none, which can only be the last.
func forEachLine(
  _ bytes: UnsafeRawBufferPointer, _ body: (_ line: UnsafeRawBufferPointer, _ isWhole: Bool) -> Void
) {
  var start = 0
  while start < bytes.count {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), end < bytes.count)
    start = end + 1
  }
}
