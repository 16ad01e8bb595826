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
/// The caller has one thread, as everything that forks.
public struct ConfinedUnpack: ~Copyable {
  private let process: ProcessHandle
  private let report: OwnedDescriptor
  private let target: SharedDescriptor
  private let options: UnpackOptions

  /// Readable as soon as the child has reported or ended: for a poller.
  public var descriptor: FileDescriptor { report.lent }

  /// Starts the child.
  ///
  /// - Parameters:
  ///   - input: the compressed or plain archive, from its position to the end: a file or a pipe. It
  ///     may be closed once this returns. A writer that feeds a pipe gets EPIPE if the child gives up;
  ///     `finish` then tells why.
  ///   - target: the folder that becomes the child's root; opened for reading, not as a mere place.
  ///   - tarSplit: an empty file for the tar-split data, gzip and JSON lines; nil for none.
  ///   - compression: nil looks at the first bytes.
  public static func start(
    _ input: FileDescriptor, into target: FileDescriptor, tarSplit: FileDescriptor?,
    compression: Compression? = nil, _ options: UnpackOptions
  ) throws(ArchiveError) -> ConfinedUnpack {
    throw .system(SystemError("clone3", "", .noFunction))
  }

  /// Waits for the child and takes its report. What was unpacked before an error remains in the folder:
  /// the caller removes it.
  public consuming func finish() throws(ArchiveError) -> UnpackReport {
    throw .system(SystemError("clone3", "", .noFunction))
  }

  /// Ends the child, whose work is not wanted any more, and waits until it is gone.
  public consuming func cancel() {}
}
