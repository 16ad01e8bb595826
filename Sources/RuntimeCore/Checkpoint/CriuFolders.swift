import LinuxSystem
import SystemPackage

/// The folders that CRIU works in, open: it takes them as descriptors of the runtime.
struct CriuFolders {
  let images: SharedDescriptor
  let work: SharedDescriptor?
  /// Where CRIU's log will be.
  let log: CriuLog

  /// - Parameters:
  ///   - makesImages: whether the images are to be written, and their folder is made if it is missing.
  ///   - logFile: the log's name in the folder for work.
  init(_ choices: CriuChoices, makesImages: Bool, logFile: String) throws {
    guard !choices.imagePath.isEmpty else {
      throw RuntimeError.invalid(field: "--image-path", reason: "it is empty")
    }
    let imagePath = try absolutePath(choices.imagePath)
    if makesImages { try makeDirectories(imagePath, mode: 0o700) }
    images = SharedDescriptor(try openFile(imagePath, [.readOnly, .directory]))
    guard let workPath = choices.workPath, !workPath.isEmpty else {
      work = nil
      log = CriuLog(path: "\(imagePath)/\(logFile)")
      return
    }
    let path = try absolutePath(workPath)
    try makeDirectories(path, mode: 0o700)
    work = SharedDescriptor(try openFile(path, [.readOnly, .directory]))
    log = CriuLog(path: "\(path)/\(logFile)")
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
    options.workDirectory = work?.lent.rawValue
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
