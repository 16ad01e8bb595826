import LinuxSystem
import SystemPackage

/// The folders that CRIU works in, open: it takes them as descriptors of the runtime.
struct CriuFolders {
  private let imagePath: String
  private let workPath: String?
  private(set) var images: SharedDescriptor
  private var work: SharedDescriptor?
  /// Where CRIU's log will be.
  let log: CriuLog

  /// - Parameters:
  ///   - makesImages: whether the images are to be written, and their folder is made if it is missing.
  ///   - logFile: the log's name in the folder for work.
  init(_ choices: CriuChoices, makesImages: Bool, logFile: String) throws {
    guard !choices.imagePath.isEmpty else {
      throw RuntimeError.invalid(field: "--image-path", reason: "it is empty")
    }
    imagePath = try absolutePath(choices.imagePath)
    if makesImages { try makeDirectories(imagePath, mode: 0o700) }
    images = SharedDescriptor(try openFile(imagePath, [.readOnly, .directory]))
    guard let given = choices.workPath, !given.isEmpty else {
      workPath = nil
      log = CriuLog(path: "\(imagePath)/\(logFile)")
      return
    }
    let path = try absolutePath(given)
    workPath = path
    try makeDirectories(path, mode: 0o700)
    work = SharedDescriptor(try openFile(path, [.readOnly, .directory]))
    log = CriuLog(path: "\(path)/\(logFile)")
  }

  /// The same folders in the mount namespace of another process: CRIU makes mounts in them, which it
  /// cannot where it is not.
  func seen(by process: ProcessID) throws -> CriuFolders {
    let root = try openFile("/proc/\(process)/root", [.path, .directory])
    func open(_ path: String) throws(SystemError) -> SharedDescriptor {
      SharedDescriptor(try root.lent.open(path, [.readOnly, .directory], within: .inRoot))
    }
    var result = self
    result.images = try open(imagePath)
    if let workPath { result.work = try open(workPath) }
    return result
  }

  /// Tells CRIU which descriptors of the runtime the folders are.
  func enter(_ options: inout CriuOptions) {
    options.imagesDirectory = images.lent.rawValue
    options.workDirectory = work?.lent.rawValue
  }

  /// Checks the folder of an earlier pre-dump: CRIU makes a link to it, so it is relative.
  func checkParent(_ path: String) throws {
    let field = "--parent-path"
    if path.hasPrefix("/") {
      throw RuntimeError.invalid(field: field, reason: "it must be relative to --image-path")
    }
    do throws(SystemError) {
      _ = try images.lent.open(path, [.path, .directory])
    } catch {
      throw RuntimeError.invalid(field: field, reason: "\(error)")
    }
  }

  /// The options with which CRIU finds its folders, and what both dump and restore take over.
  func options(_ choices: CriuChoices, logFile: String) -> CriuOptions {
    var options = CriuOptions(imagesDirectory: images.lent.rawValue, logFile: logFile)
    enter(&options)
    options.shellJob = choices.shellJob
    options.tcpEstablished = choices.tcpEstablished
    options.externalUnixSockets = choices.externalUnixSockets
    options.fileLocks = choices.fileLocks
    options.autoDeduplication = choices.autoDeduplication
    options.lazyPages = choices.lazyPages
    options.cgroupsMode = choices.cgroupsMode
    options.orphanTerminalController = true
    // Interfaces and addresses are the engine's business, which makes them anew.
    options.emptyNamespaces = UInt32(truncatingIfNeeded: Namespaces.network.rawValue)
    return options
  }
}
