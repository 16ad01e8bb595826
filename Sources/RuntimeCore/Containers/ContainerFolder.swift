import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// A container's folder under the runtime's root: its state, its configuration, and the FIFO at
/// which a created container waits for `start`.
struct ContainerFolder: ~Copyable {
  static let stateFile = "state.json"
  static let configFile = "config.json"
  static let startFIFO = "exec.fifo"

  /// No state or configuration is longer.
  static let longestDocument = 16 << 20

  let id: ContainerID
  let root: String
  private let directory: OwnedDescriptor

  var lent: FileDescriptor { directory.lent }
  var path: String { "\(root)/\(id)" }

  private init(_ id: ContainerID, root: String, directory: consuming OwnedDescriptor) {
    self.id = id
    self.root = root
    self.directory = directory
  }

  /// Makes the folder; it is what keeps two containers from having one name.
  static func create(_ id: ContainerID, root: String) throws -> ContainerFolder {
    do throws(any Error) {
      try makeDirectory("\(root)/\(id)", mode: 0o711)
    } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
      try makeDirectories(root, mode: 0o711)
      return try create(id, root: root)
    } catch let error as SystemError where error.errno == .fileExists {
      throw RuntimeError.containerExists(id)
    }
    return try open(id, root: root)
  }

  /// Opens the folder of a container that exists.
  static func open(_ id: ContainerID, root: String) throws -> ContainerFolder {
    do throws(any Error) {
      let path = "\(root)/\(id)"
      let directory = try openFile(path, [.readOnly, .directory, .noFollow])
      return ContainerFolder(id, root: root, directory: directory)
    } catch let error as SystemError
      where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory
    {
      throw RuntimeError.containerMissing(id)
    }
  }

  /// The names of all folders under the root, in order; none where the root does not exist.
  static func all(root: String) throws -> [ContainerID] {
    do throws(any Error) {
      let directory = try openFile(root, [.readOnly, .directory])
      return try directory.lent.entryNames().compactMap { try? ContainerID($0) }
        .sorted { $0.description < $1.description }
    } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
      return []
    }
  }

  /// Reads the state; `nil` if there is none yet, as after a `create` that was killed at once.
  func readState() throws -> ContainerState? {
    guard lent.contains(ContainerFolder.stateFile) else { return nil }
    let state: ContainerState = try read(ContainerFolder.stateFile)
    guard state.form == ContainerState.currentForm else {
      throw RuntimeError.unreadable(
        path: "\(path)/\(ContainerFolder.stateFile)",
        reason: "it was written by another version of this runtime (form \(state.form))")
    }
    return state
  }

  func write(_ state: ContainerState) throws {
    try lent.replaceFile(
      ContainerFolder.stateFile, contents: JSONWriter().write(state), mode: 0o600)
  }

  /// Reads the configuration that the container was created with, whatever became of the bundle.
  func readSpec() throws -> Spec { try read(ContainerFolder.configFile) }

  /// Keeps the bundle's configuration, byte for byte.
  func write(config: [UInt8]) throws {
    let file = try lent.open(ContainerFolder.configFile, [.writeOnly, .create], mode: 0o600)
    try file.lent.writeAll(config, subject: "\(path)/\(ContainerFolder.configFile)")
    try file.close()
  }

  private static let cgroupMark = "cgroup.made"

  /// Remembers that the cgroup that the state names is this container's own.
  func markCgroupAsMade() throws {
    let mark = try lent.open(ContainerFolder.cgroupMark, [.writeOnly, .create], mode: 0o600)
    try mark.close()
  }

  /// Whether the cgroup that the state names was made for this container. A creation that was killed
  /// before that has only named it, and it may be another container's.
  var hasMadeCgroup: Bool { lent.contains(ContainerFolder.cgroupMark) }

  func remove() throws {
    let parent = try openFile(root, [.readOnly, .directory])
    try parent.lent.removeTree(id.description)
  }

  private func read<Document: JSONValue>(_ name: String) throws -> Document {
    let file = try lent.open(name, [.readOnly, .noFollow])
    let bytes = try file.lent.readToEnd(limit: ContainerFolder.longestDocument, subject: name)
    do {
      return try JSONReader(emptyStringIsAbsent: true).read(Document.self, from: bytes)
    } catch {
      throw RuntimeError.unreadable(path: "\(path)/\(name)", reason: "\(error)")
    }
  }
}
