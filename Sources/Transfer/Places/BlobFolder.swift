import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

/// A folder that blobs come into, each under a name of its own once it is whole.
final class BlobFolder {
  let path: String
  private let directory: SharedDescriptor
  private var count = 0

  /// Opens a folder, and makes it where it is new.
  init(making path: String) throws(TransferFailure) {
    self.path = path
    do {
      try makeDirectories(path, mode: 0o755)
      directory = SharedDescriptor(try openFile(path, [.readOnly, .directory]))
    } catch { throw TransferFailure(store: error, path) }
  }

  /// Opens a folder that is there.
  init(path: String) throws(TransferFailure) {
    self.path = path
    do {
      directory = SharedDescriptor(try openFile(path, [.readOnly, .directory]))
    } catch {
      if error.errno == .noSuchFileOrDirectory {
        throw TransferFailure(.noSuchImage, path)
      }
      throw TransferFailure(store: error, path)
    }
  }

  func contains(_ name: String) -> Bool { directory.lent.contains(name) }

  /// The size of a file; nil where there is none.
  func size(_ name: String) -> Int64? {
    (try? directory.lent.status(of: name)).flatMap { Int64(exactly: $0.size) }
  }

  /// Opens a file to be read. A link may lead anywhere: no link is followed.
  func open(_ name: String) throws(TransferFailure) -> SharedDescriptor {
    do {
      let file = try directory.lent.open(name, [.readOnly, .nonBlocking, .noFollow])
      guard try file.lent.status(subject: name).kind == .regular else {
        throw SystemError("open", "\(path)/\(name)", .invalidArgument)
      }
      return SharedDescriptor(file)
    } catch { throw TransferFailure(store: error, "\(path)/\(name)") }
  }

  func read(_ name: String, limit: Int) throws(TransferFailure) -> [UInt8] {
    let file = try open(name)
    do { return try file.lent.readToEnd(limit: limit, subject: name) } catch {
      throw TransferFailure(store: error, "\(path)/\(name)")
    }
  }

  /// A new file under a name that nobody looks for, and that name.
  func newFile() throws(TransferFailure) -> (name: String, file: SharedDescriptor) {
    count += 1
    let name = ".incoming-\(CurrentProcess.id)-\(count)"
    do {
      return (
        name,
        SharedDescriptor(
          try directory.lent.open(
            name, [.writeOnly, .create, .truncate, .noFollow], mode: 0o644))
      )
    } catch { throw TransferFailure(store: error, path) }
  }

  /// Gives a new file its name.
  func rename(_ name: String, to final: String) throws(TransferFailure) {
    do { try directory.lent.rename(name, to: final) } catch {
      throw TransferFailure(store: error, "\(path)/\(final)")
    }
  }

  func remove(_ name: String) { try? directory.lent.removeFile(name) }

  func write(_ name: String, _ contents: [UInt8]) throws(TransferFailure) {
    do { try directory.lent.replaceFile(name, contents: contents, mode: 0o644) } catch {
      throw TransferFailure(store: error, "\(path)/\(name)")
    }
  }

  func names() throws(TransferFailure) -> [String] {
    do { return try directory.lent.entryNames() } catch {
      throw TransferFailure(store: error, path)
    }
  }
}

/// A blob that comes into a folder.
final class FolderConsumer: BlobConsumer {
  private let folder: BlobFolder
  private let inner: FileConsumer
  private let incoming: String
  private let nameOf: (Digest) -> String

  init(
    _ session: TransferSession, _ folder: BlobFolder, subject: String,
    nameOf: @escaping (Digest) -> String
  ) throws(TransferFailure) {
    self.folder = folder
    self.nameOf = nameOf
    let (name, file) = try folder.newFile()
    incoming = name
    inner = FileConsumer(session.loop, file, subject: subject)
  }

  func start(
    _ input: SharedDescriptor, progress: @escaping (Int64) -> Void,
    onEnd: @escaping (Result<BlobFacts, TransferFailure>) -> Void
  ) throws(TransferFailure) {
    try inner.start(input, progress: progress) { [unowned self] result in
      do throws(TransferFailure) {
        let facts = try result.get()
        try folder.rename(incoming, to: nameOf(facts.digest))
        onEnd(.success(facts))
      } catch {
        folder.remove(incoming)
        onEnd(.failure(error))
      }
    }
  }

  func cancel() {
    inner.cancel()
    folder.remove(incoming)
  }
}
