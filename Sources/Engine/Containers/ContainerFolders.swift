import EngineConfig
import LinuxSystem
import Storage
import SystemPackage

/// The folders of one container.
struct ContainerFolders {
  /// What lasts: logs, health log, exit record: `…/overlay-containers/<id>/userdata`.
  let lasting: String
  /// What is made at each start: config.json, /etc/hosts and its kin, secrets.
  let run: String
  /// The monitor's own folder.
  let monitor: String
  /// The OCI runtime's states.
  let runtimeState: String

  init(_ id: String, _ engine: ContainerEngine) {
    let driver = engine.configuration.storeOptions.driver ?? "overlay"
    let folders = engine.configuration.folders
    let lasting = "\(folders.graphRoot)/\(driver)-containers/\(id)/userdata"
    self.lasting = lasting
    log =
      engine.configuration.containersConf.containers.logPath.map { "\($0)/\(id)/ctr.log" }
      ?? lasting + "/ctr.log"
    run = "\(folders.runRoot)/\(driver)-containers/\(id)/userdata"
    monitor = "\(folders.run)/monitor/\(id)"
    runtimeState = folders.runtimeState
  }

  /// The log that the container has where no other is named.
  let log: String

  /// What a folder of the host that is the root is changed to.
  var rootOverlay: String { lasting + "/rootfs" }

  func make() throws {
    try makeDirectories(lasting, mode: 0o700)
    try makeDirectories(run, mode: 0o700)
    try makeDirectories(monitor, mode: 0o700)
    if let ownLogFolder { try makeDirectories(ownLogFolder, mode: 0o700) }
  }

  /// The folder of the log where it is not the container's lasting one (`log_path`).
  private var ownLogFolder: String? {
    let folder = log.dropLast("/ctr.log".count)
    return folder == lasting ? nil : String(folder)
  }

  /// Removes all of them; what is gone already is no error.
  func remove() throws {
    for path in [lasting, run] {
      guard let slash = path.lastIndex(of: "/") else { continue }
      try removeTree(String(path[..<slash]))
    }
    try removeTree(monitor)
    if let ownLogFolder { try removeTree(ownLogFolder) }
  }
}

/// Removes a file or a folder with all that is in it, by its path.
func removeTree(_ path: String) throws(SystemError) {
  guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
  let parent: OwnedDescriptor
  do throws(SystemError) {
    parent = try openFile(String(path[..<slash]), [.readOnly, .directory])
  } catch {
    if error.errno == .noSuchFileOrDirectory { return }
    throw error
  }
  try parent.lent.removeTree(String(path[path.index(after: slash)...]))
}
