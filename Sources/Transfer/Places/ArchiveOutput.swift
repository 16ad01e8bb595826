import Archive
import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

/// A tar archive that is being written: one member after another, each as it comes.
final class ArchiveOutput {
  /// Where it is written; nil for a descriptor that somebody else owns.
  private let path: String?
  private let temporary: String?
  fileprivate let file: SharedDescriptor
  fileprivate let isSeekable: Bool
  private var names: Set<String> = []

  /// Writes to a file, which is replaced as a whole at the end, or to a device or pipe of that name.
  init(path: String) throws(TransferFailure) {
    self.path = path
    do {
      let kind = try? openFile(path, [.path]).lent.status(subject: path).kind
      if let kind, kind != .regular {
        temporary = nil
        file = SharedDescriptor(try openFile(path, [.writeOnly]))
        isSeekable = false
      } else {
        let name = "\(path).\(CurrentProcess.id).partial"
        file = SharedDescriptor(
          try openFile(name, [.readWrite, .create, .truncate, .noFollow], mode: 0o644))
        temporary = name
        isSeekable = true
      }
    } catch { throw TransferFailure(store: error, path) }
  }

  /// Writes to a descriptor.
  init(descriptor: CInt) throws(TransferFailure) {
    (path, temporary) = (nil, nil)
    do {
      file = SharedDescriptor(try FileDescriptor(rawValue: descriptor).duplicated())
      let kind = try file.lent.status(subject: "output").kind
      let position = try? file.lent.position()
      isSeekable = kind == .regular && position == 0
    } catch { throw TransferFailure(store: error, "output") }
  }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Writes a whole member.
  func add(_ name: String, _ contents: [UInt8]) throws(TransferFailure) {
    guard names.insert(name).inserted else { return }
    try write(try header(name, Int64(contents.count)) + contents)
    try pad(Int64(contents.count))
  }

  fileprivate func note(_ name: String) { names.insert(name) }

  fileprivate func header(_ name: String, _ size: Int64) throws(TransferFailure) -> [UInt8] {
    do {
      let memory = MemorySink()
      var entry = TarEntry(
        .regular, Array(name.utf8), mode: 0o444, user: 0, group: 0,
        modified: TarTime(seconds: 0))
      entry.size = UInt64(max(0, size))
      try TarWriter(to: memory).write(entry)
      return memory.bytes
    } catch { throw TransferFailure(work: error, name) }
  }

  fileprivate func write(_ bytes: [UInt8]) throws(TransferFailure) {
    do { try file.lent.writeAll(bytes, subject: path ?? "output") } catch {
      throw TransferFailure(store: error, path ?? "output")
    }
  }

  fileprivate func pad(_ size: Int64) throws(TransferFailure) {
    try write([UInt8](repeating: 0, count: Int((512 - size % 512) % 512)))
  }

  /// Writes the end, and gives the file its name.
  func finish() throws(TransferFailure) {
    try write([UInt8](repeating: 0, count: 1024))
    guard let temporary, let path else { return }
    do { try renameFile(temporary, to: path) } catch { throw TransferFailure(store: error, path) }
  }

  /// Takes an unfinished file away.
  func abandon() {
    if let temporary { try? removeFile(temporary) }
  }
}

/// A member of an archive that comes from a producer.
///
/// Where its size is not known before, the header is written behind it: over a gap in a file, or, for a
/// pipe, with a file in between.
final class ArchiveConsumer: BlobConsumer {
  private let loop: EventLoop
  private let output: ArchiveOutput
  private let subject: String
  private let size: Int64?
  private let nameOf: (Digest) -> String
  /// The name where it is known before.
  private let name: String?
  private var inner: FileConsumer?
  private var start: Int64 = 0
  private var spool: SharedDescriptor?

  init(
    _ loop: EventLoop, _ output: ArchiveOutput, subject: String, name: String?, size: Int64?,
    nameOf: @escaping (Digest) -> String
  ) {
    (self.loop, self.output, self.subject) = (loop, output, subject)
    (self.name, self.size, self.nameOf) = (name, size, nameOf)
  }

  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure) {
    var target = output.file
    do {
      if let name, let size {
        try output.write(try output.header(name, size))
      } else if output.isSeekable {
        start = try output.file.lent.position()
        try output.write([UInt8](repeating: 0, count: 512))
      } else {
        target = try ArchiveFile.temporaryFile()
        spool = target
      }
    } catch { throw TransferFailure(store: error, subject) }
    let inner = FileConsumer(loop, target, subject: subject)
    self.inner = inner
    try inner.start(input, progress: progress) { [unowned self] result in
      do throws(TransferFailure) {
        let facts = try result.get()
        try end(facts)
        onEnd(.success(facts))
      } catch { onEnd(.failure(error)) }
    }
  }

  private func end(_ facts: BlobFacts) throws(TransferFailure) {
    let name = name ?? nameOf(facts.digest)
    if let size, self.name != nil, size != facts.size {
      throw TransferFailure(
        .sizeMismatch, subject, expected: "\(size)", found: "\(facts.size)")
    }
    do {
      if let spool {
        try output.write(try output.header(name, facts.size))
        try spool.lent.rewind()
        try spool.lent.copy(to: output.file.lent)
      } else if self.name == nil || size == nil {
        let header = try output.header(name, facts.size)
        guard header.count == 512 else {
          throw TransferFailure(
            .unsupported, subject, detail: "a compressed layer of more than 8 GiB in an archive")
        }
        try output.file.lent.writePart(header, at: start)
      }
    } catch { throw TransferFailure(store: error, subject) }
    try output.pad(facts.size)
    output.note(name)
  }

  func cancel() { inner?.cancel() }
}
