import LinuxSystem
import SystemPackage

/// A process between the runtime and a container's process, for namespaces that a process cannot
/// enter itself: a pid or time namespace is entered only by being born there.
///
///     runtime ─ clone ─▶ intermediate ─ setns … ─ clone(CLONE_PARENT) ─▶ container's process
///        ◀──────────────── number of the container's process, or a sentence
///
/// The container's process is made as the intermediate's sibling, so that the runtime is its
/// parent; the intermediate tells its number and ends.
enum IntermediateProcess {
  /// Returns twice, as fork(2): in the container's process, and in the runtime with a handle on it.
  ///
  /// - Parameters:
  ///   - options: how the intermediate begins, and with it the container's process.
  ///   - makeSibling: joins, and makes the container's process with `CloneOptions.isSibling`; runs in
  ///     the intermediate.
  static func clone(
    _ options: CloneOptions, _ makeSibling: () throws -> Clone
  ) throws -> Clone {
    var pipe = try Pipe()
    switch try Clone.clone(options) {
    case .child:
      pipe.reading = nil
      guard let answer = pipe.writing.take() else { CurrentProcess.exit(1) }
      return run(answer, makeSibling)
    case .parent(let intermediate):
      pipe.writing = nil
      let answer = try pipe.reading?.lent.readToEnd(limit: SyncChannel.longest) ?? []
      let status = try intermediate.wait()
      guard let kind = answer.first else { throw RuntimeError.processDied(status) }
      guard kind == 0, answer.count == 1 + MemoryLayout<ProcessID>.size else {
        throw RuntimeError.processFailed(String(decoding: answer.dropFirst(), as: UTF8.self))
      }
      let pid = answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 1, as: ProcessID.self) }
      return .parent(try ProcessHandle(opening: pid))
    }
  }

  /// Returns in the container's process; the intermediate itself ends here.
  private static func run(
    _ answer: consuming OwnedDescriptor, _ makeSibling: () throws -> Clone
  ) -> Clone {
    do {
      // What is in the namespaces that are joined must not look into this process.
      try CurrentProcess.setDumpable(false)
      switch try makeSibling() {
      case .child:
        return .child
      case .parent(let process):
        finish(answer, [0] + withUnsafeBytes(of: process.id) { Array($0) })
      }
    } catch {
      finish(answer, [1] + Array("\(error)".utf8.prefix(SyncChannel.longest - 1)))
    }
  }

  private static func finish(_ answer: consuming OwnedDescriptor, _ bytes: [UInt8]) -> Never {
    let isWritten = (try? answer.lent.writeAll(bytes)) != nil
    try? answer.close()
    CurrentProcess.exit(isWritten && bytes.first == 0 ? 0 : 1)
  }
}
