import Glibc
public import LinuxSystem
import SystemPackage

/// Which files make up one configuration, such as containers.conf, and in which order they count:
/// containers-config(5).
public struct ConfigurationFiles: Sendable {
  /// What the distribution ships.
  public var vendorFolder = "/usr/share/containers"
  /// What the machine's administrator wrote.
  public var administratorFolder = "/etc/containers"
  /// What this user wrote; root has such a folder too.
  public var userFolder: String?
  /// Whose drop-ins count beside those for all.
  public var uid: UInt32
  /// A file that is read in place of all others (`CONTAINERS_CONF`).
  public var onlyFile: String?
  /// A file that overrides all others (`CONTAINERS_CONF_OVERRIDE`).
  public var lastFile: String?

  /// The places for a process.
  ///
  /// - Parameters:
  ///   - environment: the process's own: `XDG_CONFIG_HOME`, `HOME`, `CONTAINERS_CONF` and
  ///     `CONTAINERS_CONF_OVERRIDE` are looked at.
  ///   - uid: its user.
  public init(environment: [String: String], uid: UInt32) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let home = value("XDG_CONFIG_HOME") ?? value("HOME").map { $0 + "/.config" }
    userFolder = home.map { $0 + "/containers" }
    self.uid = uid
    onlyFile = value("CONTAINERS_CONF")
    lastFile = value("CONTAINERS_CONF_OVERRIDE")
  }

  /// The files that exist, those first that later ones override.
  ///
  /// Of the main files only that of the highest rank counts. Drop-ins count by their names, wherever
  /// they stand; of two with one name that of the higher rank counts.
  ///
  /// - Parameter name: the file's, without its ending: `containers`.
  public func paths(of name: String) throws(SystemError) -> [String] {
    let overrides = lastFile.map { [$0] } ?? []
    if let onlyFile { return [onlyFile] + overrides }

    let folders = [vendorFolder, administratorFolder] + (userFolder.map { [$0] } ?? [])
    let mainFiles = folders.map { "\($0)/\(name).conf" }
    let main = mainFiles.last { path in access(path, F_OK) == 0 }

    var dropIns: [String: String] = [:]
    for folder in folders.flatMap({ dropInFolders(of: name, in: $0) }) {
      for file in try fileNames(in: folder) where file.hasSuffix(".conf") {
        dropIns[file] = "\(folder)/\(file)"
      }
    }
    // By bytes, as a file listing in the C locale: not as a language sorts words.
    let sorted = dropIns.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return (main.map { [$0] } ?? []) + sorted.map(\.value) + overrides
  }

  private func dropInFolders(of name: String, in folder: String) -> [String] {
    let all = "\(folder)/\(name).conf.d"
    if folder == userFolder { return [all] }
    if uid == 0 { return [all, "\(folder)/\(name).rootful.conf.d"] }
    let rootless = "\(folder)/\(name).rootless.conf.d"
    return [all, rootless, "\(rootless)/\(uid)"]
  }

  private func fileNames(in folder: String) throws(SystemError) -> [String] {
    do {
      let directory = try openFile(folder, [.readOnly, .directory])
      return try directory.lent.entryNames()
    } catch {
      switch error.errno {
      // Another user's folder is not ours to read, as rootless.conf.d/0 of root.
      case .noSuchFileOrDirectory, .notDirectory, .permissionDenied: return []
      default: throw error
      }
    }
  }
}
