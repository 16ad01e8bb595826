import HelperProtocols
import LinuxSystem
import Networking
import StateStore
import Storage
import SystemPackage

extension Containers {
  /// How a container that has ended is cleaned up.
  public struct CleanUpOptions: Sendable {
    /// Whether the caller holds the container's lock.
    var isLocked = false
    /// Whether `--rm` and `--rmi` of the container's creation are done as well.
    public var removes = true

    public init() {}
    init(isLocked: Bool, removes: Bool) {
      self.isLocked = isLocked
      self.removes = removes
    }
  }

  /// Takes away what a start made: mounts, network, the runtime's state; and the container itself if it
  /// was made with `--rm`. One that runs is left alone.
  public func cleanUp(_ nameOrID: String, _ options: CleanUpOptions = CleanUpOptions()) throws {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    // Another command may have done it while this one waited.
    if let kept = try container(id: found.id) {
      var now = current(kept)
      var locked = options
      locked.isLocked = true
      try cleanUp(&now, locked)
    }
    if try container(id: found.id) == nil { lock.removeFile() }
  }

  /// The same for a container whose lock is held.
  func cleanUp(_ container: inout Container, _ options: CleanUpOptions) throws {
    switch container.state.status {
    case .running, .paused, .initialized, .stopping: return
    case .created, .exited, .removing, .unknown: break
    case .stopped:
      let failures = takeDown(container)
      container.state.status = .exited
      container.state.root = nil
      container.state.networkNamespace = nil
      container.state.networkStatus = []
      container.state.mountedImages = []
      container.state.monitorPid = 0
      try save(container.state, of: container.id)
      engine.events.emit(
        .container(.died, container.record, exitCode: container.state.exitCode))
      engine.events.emit(.container(.cleanup, container.record))
      if !failures.isEmpty { throw EngineError.several(failures) }
    }
    if options.removes, container.record.isRemoved, container.state.status == .exited {
      try removeLocked(container, RemoveOptions(isForced: true, removesVolumes: true))
      if container.record.isImageRemoved { removeImage(container.record) }
    }
  }

  private func removeImage(_ record: ContainerRecord) {
    // Another container that uses the image keeps it, and so do other names that it has.
    guard !record.imageID.isEmpty else { return }
    var options = Images.RemoveOptions()
    options.ignoresMissing = true
    _ = try? engine.images.remove(
      [record.imageName.isEmpty ? record.imageID : record.imageName], options)
  }

  /// Everything that a start made, in reverse; returns what could not be taken away.
  func takeDown(_ container: Container) -> [any Error] {
    var failures: [any Error] = []
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { failures.append(error) }
    }
    let record = container.record
    let folders = ContainerFolders(record.id, engine)
    attempt { try deleteFromRuntime(record, folders) }
    if record.namespaces.network == .private {
      attempt { try engine.networks.tearDown(containerID: record.id) }
      if let path = container.state.networkNamespace {
        attempt { try NetworkNamespace.remove(at: path) }
      }
    }
    attempt { try unmountIfMounted(folders.run + "/shm") }
    for mount in record.mounts where mount.kind == .volume {
      attempt { try engine.volumes.unmount(mount.source) }
    }
    for image in container.state.mountedImages {
      attempt { try engine.store.unmount(image: image) }
    }
    if record.isRootfsOverlay { attempt { try unmountIfMounted(folders.rootOverlay + "/merged") } }
    if container.state.root != nil, !record.imageID.isEmpty {
      attempt { try engine.store.unmount(container: record.id) }
    }
    return failures
  }

  private func unmountIfMounted(_ path: String) throws(SystemError) {
    do throws(SystemError) {
      try unmount(path, .detach)
    } catch  where error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory {
    } catch {
      throw error
    }
  }

  /// Has the runtime forget the container, and with it the cgroup.
  private func deleteFromRuntime(_ record: ContainerRecord, _ folders: ContainerFolders) throws {
    guard (try? openFile("\(folders.runtimeState)/\(record.id)", [.path])) != nil else { return }
    let result = try runtime(record, ["delete", "--force", record.id])
    guard result.status == 0 else {
      throw EngineError.program(record.runtime, status: result.status, message: result.message)
    }
  }

  /// Runs a command of the container's runtime.
  func runtime(
    _ record: ContainerRecord, _ words: [String]
  ) throws -> (status: Int32, message: String) {
    let program = try engine.runtimeProgram(record.runtime)
    return try engine.run(program, engine.runtimeOptions(program, record) + words)
  }
}

extension ContainerEngine {
  /// Runs a program to its end, with what it writes to the standard error as its message.
  func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, message: String) {
    var pipe = try Pipe()
    guard let writing = pipe.writing.take(), let reading = pipe.reading.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    let null = try openFile("/dev/null", [.readWrite])
    let name = program.split(separator: "/").last.map(String.init) ?? program
    let process = try ProgramLaunch(
      program, [name] + arguments,
      descriptors: [0: null.lent, 1: null.lent, 2: writing.lent]
    ).start()
    try writing.close()
    let bytes = try reading.lent.readToEnd(limit: 1 << 20, subject: name)
    let status = try process.wait()
    var message = String(decoding: bytes, as: UTF8.self)
    while message.last?.isNewline ?? false { message.removeLast() }
    return (status.shellStatus, message)
  }
}
