import Cgroups
import JSON
public import HelperProtocols
public import LinuxSystem
public import StateStore
public import Storage
import SystemPackage

/// The engine: the one door through which the command line and the API reach containers, images,
/// volumes, networks and all else.
///
/// It holds what every operation needs, opened when first asked for, because most commands need only
/// a part. Each subject is a service, a structure that holds the engine and has the operations as
/// methods, a file for each: `engine.containers.start(…)`.
///
/// One thread uses it. It runs the OCI runtime, the monitor and transfers as programs.
public final class ContainerEngine {
  /// What holds for every operation.
  public let configuration: EngineConfiguration

  /// Told what transfers do that an operation begins by itself, as `run` pulls an image.
  public var transferReport: @Sendable (TransferEvent) -> Void = { _ in }
  /// Lets somebody choose a full name for a short one; nil where nobody is there.
  public var nameChoice: (@Sendable (_ name: String, _ candidates: [String]) -> Int?)?
  /// Told why an event could not be written.
  public var eventFailure: (any Error) -> Void = { _ in }
  /// What `inspect` shows of a container: through a template, or without one as JSON on one line.
  public var containerInspection: ((Containers.Container, _ template: String?) throws -> String)?

  /// The container's record that was read last, with its text: an operation reads the same several times.
  var lastRead: (document: String, record: ContainerRecord)?

  private var openedState: StateStore?
  private var openedStore: Store?

  public init(_ configuration: EngineConfiguration) {
    self.configuration = configuration
  }

  /// The records of containers, volumes and secrets.
  public var state: StateStore {
    get throws {
      if let openedState { return openedState }
      let path = configuration.folders.stateDatabase
      do throws(StateStoreError) {
        let opened = try StateStore(path: path)
        openedState = opened
        return opened
      } catch {
        // A store on a read-only file system can still be looked at.
        guard error.isReadOnlyFileSystem else { throw error }
        let opened = try StateStore(path: path, readOnly: true)
        openedState = opened
        return opened
      }
    }
  }

  /// The store of images, layers and containers' files.
  public var store: Store {
    get throws {
      if let openedStore { return openedStore }
      let opened = try Store.open(configuration.storeOptions)
      openedStore = opened
      return opened
    }
  }

  /// Locks an object of ours against other commands, until the lock goes.
  public func lock(_ kind: ObjectKind, _ id: String) throws(SystemError) -> RecordLock {
    try RecordLock(id, in: "\(configuration.folders.run)/locks/\(kind.rawValue)")
  }

  /// Which cgroups this machine has.
  private(set) lazy var cgroups = CgroupKind()

  /// The number of this boot of the machine; records of another tell of processes that are gone.
  private(set) lazy var bootID: String = {
    let bytes = (try? readFile("/proc/sys/kernel/random/boot_id", limit: 100)) ?? []
    return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
  }()

  /// A value as JSON on one line.
  func text(_ value: some JSONWritable) throws -> String {
    String(decoding: try JSONWriter().write(value), as: UTF8.self)
  }

  // MARK: Services

  /// Containers: create, start, stop, remove, list, inspect…
  public var containers: Containers { Containers(engine: self) }
  /// Images: list, find, remove, ensure (pull where missing)…
  public var images: Images { Images(engine: self) }
  /// Volumes.
  public var volumes: Volumes { Volumes(engine: self) }
  /// Networks.
  public var networks: Networks { Networks(engine: self) }
  /// Secrets.
  public var secrets: Secrets { Secrets(engine: self) }
  /// The log of what happened.
  public var events: Events { Events(engine: self) }
  /// The whole: info, disk usage, prune.
  public var system: EngineSystem { EngineSystem(engine: self) }
}
