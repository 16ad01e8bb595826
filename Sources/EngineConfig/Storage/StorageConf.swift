import Glibc
import LinuxSystem
import SystemPackage
import TOML

/// Reads storage.conf(5) in all of its places.
public struct StorageConf {
  private let files: ConfigurationFiles
  private let environment: [String: String]

  /// - Parameters:
  ///   - environment: the process's own: `CONTAINERS_STORAGE_CONF` and `CONTAINERS_STORAGE_CONF_OVERRIDE`
  ///     name files, `STORAGE_DRIVER` and `STORAGE_OPTS` override them; `XDG_DATA_HOME`, `XDG_RUNTIME_DIR`,
  ///     `XDG_CONFIG_HOME` and `HOME` name places.
  ///   - uid: the user on the host, whichever id it has in a user namespace.
  public init(environment: [String: String], uid: UInt32) {
    self.environment = environment
    files = ConfigurationFiles(environment: environment, uid: uid)
      .naming(
        only: environment["CONTAINERS_STORAGE_CONF"],
        last: environment["CONTAINERS_STORAGE_CONF_OVERRIDE"])
  }

  /// The same, with other folders: for tests.
  init(environment: [String: String], files: ConfigurationFiles) {
    self.environment = environment
    self.files = files
  }

  /// The store that a command without options of its own uses.
  public func storeOptions() throws -> StoreOptions {
    var options = defaults()
    for path in try files.paths(of: "storage") {
      var (document, wantsMetacopy) = try Self.document(path)
      if wantsMetacopy { options.overlay.mountOptions.append("metacopy=on") }
      options.configurationFile = path
      if files.uid != 0, !namesPlacesForUsers(path), case .table(var storage) = document["storage"]
      {
        // The system's file names root's places.
        storage["graphroot"] = nil
        storage["runroot"] = nil
        storage["imagestore"] = nil
        document["storage"] = .table(storage)
      }
      var reading = StorageTables(path: path, expand: expanded)
      try reading.read(document, into: &options, isRootless: files.uid != 0)
    }
    if let driver = environment["STORAGE_DRIVER"], !driver.isEmpty { options.driver = driver }
    if let list = environment["STORAGE_OPTS"], !list.isEmpty {
      options.overlay = OverlayOptions()
      options.vfs = VFSOptions()
      options.additionalImageStores = []
      for option in commaSeparated(list) { try options.apply(driverOption: option) }
    }
    return options
  }

  /// Root's places are fixed; a user's are below the home and the run-time folder.
  private func defaults() -> StoreOptions {
    guard files.uid != 0 else {
      return StoreOptions(
        graphRoot: "/var/lib/containers/storage", runRoot: "/run/containers/storage")
    }
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let data = value("XDG_DATA_HOME") ?? (value("HOME") ?? "/") + "/.local/share"
    let runtime = value("XDG_RUNTIME_DIR") ?? Self.runtimeFolder(ofUser: files.uid)
    return StoreOptions(
      graphRoot: "\(data)/containers/storage", runRoot: "\(runtime)/containers", isRootless: true)
  }

  /// A user's run-time folder where the environment does not name it: a login's, or one in /tmp.
  private static func runtimeFolder(ofUser uid: UInt32) -> String {
    let ofLogin = "/run/user/\(uid)"
    return access(ofLogin, W_OK) == 0 ? ofLogin : "/tmp/storage-run-\(uid)"
  }

  /// Whether the places that a file names are meant for a user who is not root.
  private func namesPlacesForUsers(_ path: String) -> Bool {
    if path == files.onlyFile || path == files.lastFile { return true }
    if let own = files.userFolder, path.hasPrefix(own + "/") { return true }
    return path.contains("/storage.rootless.conf.d/")
  }

  /// A path with `$UID`, `$HOME` and the like in it.
  private func expanded(_ path: String) -> String {
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest.removeFirst() }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      rest = rest[name.endIndex...]
      if isBraced, rest.first == "}" { rest.removeFirst() }
      result += name == "UID" ? String(files.uid) : environment[String(name)] ?? ""
    }
    return result + rest
  }

  /// A file's tables, and whether it holds the line `metacopy=on`, which is not TOML but stands in
  /// guides for administrators: `echo 'metacopy=on' >> /etc/containers/storage.conf`.
  private static func document(_ path: String) throws(ConfigurationError) -> (TOMLTable, Bool) {
    let bytes: [UInt8]
    do { bytes = try readFile(path, limit: 1 << 20) } catch { throw .unreadable(error) }
    var wantsMetacopy = false
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let text = lines.map { line -> ArraySlice<UInt8> in
      guard String(decoding: line, as: UTF8.self).filter({ !$0.isWhitespace }) == "metacopy=on"
      else { return line }
      wantsMetacopy = true
      return []
    }
    do { return (try TOMLReader.read(Array(text.joined(separator: [10]))), wantsMetacopy) } catch {
      throw .syntax(path: path, error)
    }
  }
}

extension ConfigurationFiles {
  /// The same places with other files named by the environment.
  func naming(only: String?, last: String?) -> ConfigurationFiles {
    var copy = self
    copy.onlyFile = only.flatMap { $0.isEmpty ? nil : $0 }
    copy.lastFile = last.flatMap { $0.isEmpty ? nil : $0 }
    return copy
  }
}
