import Archive
import LinuxSystem
public import SystemPackage

extension Containers {
  /// One end of a copy.
  public enum CopyPlace: Sendable {
    /// A path of the host.
    case host(String)
    /// A path inside a container; a relative one starts at its working directory.
    case container(String, path: String)
    /// A tar archive, on this descriptor, which is lent.
    case archive(FileDescriptor)
  }

  /// How files are copied.
  public struct CopyOptions: Sendable {
    /// Whether what comes into a container belongs to its user, as podman-cp(1) has it; otherwise the
    /// owners stay.
    public var givesOwnership = true
    /// Whether a folder may replace a file, and the other way round.
    public var overwrites = false

    public init() {}
  }

  /// Copies files between containers, the host and archives, by the rules of podman-cp(1).
  public func copy(
    from source: CopyPlace, to target: CopyPlace, _ options: CopyOptions = CopyOptions()
  ) throws {
    let copy = FileCopy(engine: engine, options: options)
    switch (source, target) {
    case (.host, .host), (.archive, .archive), (.host, .archive), (.archive, .host):
      throw EngineError.nothingToDo(
        "invalid arguments: one of source and destination has to be a path in a container, CONTAINER:PATH"
      )
    case (.archive(let input), .container(let name, let path)):
      try copy.unpack(input, into: lookUp(name), path)
    case (.container(let name, let path), .archive(let output)):
      try copy.pack(lookUp(name), path, to: output)
    default: try copy.copy(source, target)
    }
  }
}

/// One copy.
struct FileCopy {
  let engine: ContainerEngine
  let options: Containers.CopyOptions

  /// One end, opened.
  private struct End {
    var tree: FileTree
    var container: Containers.Container?
    var path: String

    /// Whether only what is in the folder is meant.
    var meansContents: Bool { path.hasSuffix("/.") || path == "." }
    var isNamedAsFolder: Bool { path.hasSuffix("/") || meansContents }
    var owners: OwnerMapping { container.map { OwnerMapping($0.record) } ?? .identity }

    func isMissing() -> EngineError {
      .nothingToDo("\"\(path)\" could not be found \(tree.place): no such file or directory")
    }
  }

  private func open(_ place: Containers.CopyPlace) throws -> End {
    switch place {
    case .host(let path):
      let folder = try CurrentProcess.workingDirectory()
      return End(tree: try FileTree(hostFrom: folder), path: path)
    case .container(let name, let path):
      let container = try Containers(engine: engine).lookUp(name)
      return End(tree: try FileTree(container, engine), container: container, path: path)
    case .archive: throw EngineError.nothingToDo("an archive has no files")
    }
  }

  // MARK: Trees

  func copy(_ source: Containers.CopyPlace, _ target: Containers.CopyPlace) throws {
    let from = try open(source)
    try closing(from.tree) {
      let to = try open(target)
      try closing(to.tree) { try copy(from, to) }
    }
  }

  private func closing(_ tree: FileTree, _ body: () throws -> Void) throws {
    do { try body() } catch {
      try? tree.close()
      throw error
    }
    try tree.close()
  }

  private func copy(_ from: End, _ to: End) throws {
    guard let source = try from.tree.find(from.path) else { throw from.isMissing() }
    let isFolder = source.kind == .directory
    let (folder, name) = try destination(
      to, source, named: baseName(from, source), from.meansContents)
    var packer = LayerPacker()
    packer.owners = from.owners
    try unpack(into: folder, to) { sink in
      let writer = TarWriter(to: sink)
      if let name, let own = source.name {
        try packer.pack(
          entry: Array(own.utf8), of: source.folder.lent, as: Array(name.utf8), to: writer)
      } else {
        guard isFolder else { throw from.isMissing() }
        let opened = try from.tree.open(source)
        if let name {
          try packer.pack(entry: [0x2e], of: opened.lent, as: Array(name.utf8), to: writer)
        } else {
          try packer.pack(contentsOf: opened.lent, to: writer)
        }
      }
      try writer.finish()
    }
  }

  /// What a copy is called where nobody says otherwise: the last part of the path as it was given.
  private func baseName(_ end: End, _ found: FileTree.Found) -> String? {
    let last = end.path.pathComponents.last.map(String.init)
    guard let last, last != ".", last != ".." else { return found.name }
    return last
  }

  /// The folder that is unpacked into, and the name that the copy gets there; no name for what is in a
  /// folder alone.
  private func destination(
    _ to: End, _ source: FileTree.Found, named base: String?, _ contents: Bool
  ) throws -> (folder: SharedDescriptor, name: String?) {
    let isFolder = source.kind == .directory
    if let found = try to.tree.find(to.path) {
      if found.kind == .directory {
        return (SharedDescriptor(try to.tree.open(found)), isFolder && contents ? nil : base)
      }
      if to.isNamedAsFolder {
        throw EngineError.nothingToDo("\"\(to.path)\" \(to.tree.place) is no directory")
      }
      if isFolder {
        guard options.overwrites else {
          throw EngineError.nothingToDo("destination must be a directory when copying a directory")
        }
      }
      return (
        SharedDescriptor(try found.folder.lent.open(".", [.readOnly, .directory])), found.name
      )
    }
    if to.isNamedAsFolder, !isFolder { throw to.isMissing() }
    var names = to.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    while let last = names.last, last.isEmpty || last == "." { names.removeLast() }
    guard let name = names.popLast(), name != ".." else { throw to.isMissing() }
    var above = names.joined(separator: "/")
    if above.isEmpty { above = to.path.hasPrefix("/") ? "/" : "." }
    guard let parent = try to.tree.find(above), parent.kind == .directory else {
      throw to.isMissing()
    }
    return (SharedDescriptor(try to.tree.open(parent)), name)
  }

  // MARK: Archives

  /// Unpacks an archive, compressed or not, into a folder of a container.
  func unpack(_ input: FileDescriptor, into container: Containers.Container, _ path: String) throws
  {
    let end = End(
      tree: try FileTree(container, engine), container: container, path: path)
    try closing(end.tree) {
      guard let found = try end.tree.find(path), found.kind == .directory else {
        throw EngineError.nothingToDo(
          "\"\(path)\" \(end.tree.place): destination must be a directory when copying from stdin")
      }
      let folder = try end.tree.open(found)
      try finish(
        ConfinedUnpack.start(input, into: folder.lent, tarSplit: nil, try unpackOptions(end)))
    }
  }

  /// Writes a file or folder of a container as an archive.
  func pack(_ container: Containers.Container, _ path: String, to output: FileDescriptor) throws {
    let end = End(tree: try FileTree(container, engine), container: container, path: path)
    try closing(end.tree) {
      guard let found = try end.tree.find(path) else { throw end.isMissing() }
      var packer = LayerPacker()
      packer.owners = end.owners
      let writer = TarWriter(to: DescriptorSink(output, subject: "archive", bufferSize: 1 << 18))
      if let own = found.name, !end.meansContents, let name = baseName(end, found) {
        try packer.pack(
          entry: Array(own.utf8), of: found.folder.lent, as: Array(name.utf8), to: writer)
      } else {
        let folder = try end.tree.open(found)
        try packer.pack(contentsOf: folder.lent, to: writer)
      }
      try writer.finish()
    }
  }

  // MARK: Unpacking

  private func unpack(
    into folder: SharedDescriptor, _ to: End, _ body: (any ByteSink) throws -> Void
  ) throws {
    try Signal.pipe.ignore()
    let options = try unpackOptions(to)
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    writing.lent.growPipe()
    let unpack = try ConfinedUnpack.start(
      reading.lent, into: folder.lent, tarSplit: nil, compression: Compression.none, options)
    try reading.close()
    do {
      try body(DescriptorSink(writing.lent, subject: "copy", bufferSize: 1 << 18))
    } catch let error as ArchiveError {
      // Where the other side gave up, it tells why.
      guard case .system(let system) = error, system.errno == .brokenPipe else {
        unpack.cancel()
        throw error
      }
    } catch {
      unpack.cancel()
      throw error
    }
    try writing.close()
    try finish(unpack)
  }

  /// Waits for the unpacking process, and says what an option would change.
  private func finish(_ unpack: consuming ConfinedUnpack) throws {
    do throws(ArchiveError) {
      _ = try unpack.finish()
    } catch {
      guard case .system(let system) = error, !options.overwrites else { throw error }
      switch system.errno {
      case .notDirectory:
        throw EngineError.nothingToDo(
          "cannot overwrite non-directory \"\(system.subject)\" with a directory; please use --overwrite"
        )
      case .isDirectory:
        throw EngineError.nothingToDo(
          "cannot overwrite directory \"\(system.subject)\" with a non-directory; please use --overwrite"
        )
      default: throw error
      }
    }
  }

  private func unpackOptions(_ to: End) throws -> UnpackOptions {
    var unpack = UnpackOptions(whiteouts: .kept)
    unpack.computesDigests = false
    let isConfined = CurrentProcess.isInUserNamespace
    unpack.skipsForbiddenAttributes = isConfined
    unpack.skipsDevices = isConfined
    unpack.replacesOtherKinds = options.overwrites
    unpack.owners = to.owners
    guard let container = to.container else {
      // What comes to the host belongs to the caller, and no device comes with it.
      unpack.ignoresDevices = true
      if options.givesOwnership {
        unpack.owner = UnpackOptions.Owner(
          user: CurrentProcess.effectiveUserID, group: CurrentProcess.effectiveGroupID)
      }
      return unpack
    }
    if options.givesOwnership {
      unpack.owner = try to.tree.owner(container.record.process)
    }
    return unpack
  }
}

extension FileTree {
  /// The user of a container's processes, as its own files have it.
  func owner(_ process: ContainerProcess) throws -> UnpackOptions.Owner {
    let user = try user(process.user)
    return UnpackOptions.Owner(user: user.uid, group: user.gid)
  }
}
