import EngineConfig
import ImageSpec
import JSON
import LinuxSystem

/// Turns a request into a record: image and defaults fill what the request leaves open. Each subject has
/// its file.
///
/// It reads records, the host's files and the environment, and changes nothing.
struct ContainerResolution {
  let engine: ContainerEngine
  let request: ContainerRequest
  let image: ContainerImage?
  /// The variables of this process, as they are passed to `create`.
  let environment: [String: String]

  var defaults: ContainerDefaults { engine.configuration.containersConf.containers }
  var settings: EngineSettings { engine.configuration.containersConf.engine }
  var isRootless: Bool { engine.configuration.user.isRootless }

  func record(id: String, name: String) throws -> ContainerRecord {
    var record = ContainerRecord()
    record.id = id
    record.name = name
    let now = Timestamp.now()
    record.created = now.seconds * 1_000_000_000 + now.nanoseconds
    record.createCommand = request.createCommand
    if let image {
      record.imageID = image.id
      record.imageName = image.name
      record.imageDigest = image.digest
    }
    record.rootfs = request.rootfs
    record.isRootfsOverlay = request.isRootfsOverlay
    record.rootfsIDMap = request.rootfsIDMap
    record.isInfra = request.isInfra
    record.isService = request.isService
    record.labels = (image?.parameters.labels ?? [:]).merging(request.labels) { $1 }
    record.annotations = try annotations()
    record.hostname = request.hostname
    record.domainname = request.domainname
    record.namespaces = try namespaces()
    if request.hostname != nil, record.namespaces.uts == .host {
      throw EngineError.conflict("--hostname", "--uts host")
    }
    record.security = try security()
    record.process = try process(record)
    try setLabels(&record)
    record.resources = try resources(record)
    record.network = try network(record)
    record.volumesFrom = request.volumesFrom
    record.mounts = try mounts(record)
    record.secrets = try secrets()
    record.log = try log()
    record.health = try health()
    record.restart = try restart()
    record.isRemoved = request.isRemoved
    record.isImageRemoved = request.isImageRemoved
    record.dependencies = try dependencies(record)
    record.notify = try notify()
    record.pidFile = request.pidFile
    record.monitorPidFile = request.monitorPidFile
    record.idFile = request.idFile
    record.runtime = try engine.runtimeName(request.runtime)
    record.addsUserLines = request.addsUserLines
    record.passwdEntry = request.passwdEntry
    record.groupEntry = request.groupEntry
    record.hostUsers = request.hostUsers
    record.chrootFolders = request.chrootFolders
    return record
  }

  /// Annotations of the request and of containers.conf only: an image's could reach the runtime.
  private func annotations() throws -> [String: String] {
    var result: [String: String] = [:]
    for entry in defaults.annotations {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      result[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return result.merging(request.annotations) { $1 }
  }

  private func restart() throws -> ContainerRestart {
    var restart = request.restart
    if restart == nil, let text = defaults.restartPolicy, !request.isRemoved {
      guard let policy = ContainerRestart(text) else {
        throw EngineError.invalid(
          option: "restart_policy", value: text, reason: "there is no such policy")
      }
      restart = policy
    }
    let result = restart ?? ContainerRestart()
    if request.isRemoved, result.policy != "no", result.policy != "on-failure" {
      throw EngineError.conflict("--rm", "--restart")
    }
    return result
  }

  private func notify() throws -> String {
    let mode = request.notify ?? "container"
    guard ["container", "conmon", "healthy", "ignore"].contains(mode) else {
      throw EngineError.invalid(
        option: "--sdnotify", value: mode,
        reason: "it has to be container, conmon, healthy or ignore")
    }
    return mode
  }

  /// The full ids of the containers that have to run first.
  private func dependencies(_ record: ContainerRecord) throws -> [String] {
    var ids = record.namespaces.containers
    for name in request.dependencies { ids.append(try engine.containers.find(name).id) }
    var seen: Set<String> = []
    return ids.filter { seen.insert($0).inserted }
  }
}
