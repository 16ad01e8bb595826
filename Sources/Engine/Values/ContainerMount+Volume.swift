import LinuxSystem

extension ContainerMount {
  /// Reads the value of `--volume`: `[SOURCE:]DESTINATION[:OPTIONS]`.
  ///
  /// - Parameter folder: where a source that begins with `.` begins.
  public init(volume text: String, in folder: String) throws(EngineError) {
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: "--volume", value: text, reason: reason)
    }
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    // A colon in a path is written with a backslash.
    var index = 0
    while index + 1 < parts.count {
      if parts[index].hasSuffix("\\") {
        parts[index] = String(parts[index].dropLast()) + ":" + parts.remove(at: index + 1)
      } else {
        index += 1
      }
    }
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
      throw wrong("it has to be [SOURCE:]DESTINATION[:OPTIONS]")
    }
    self.init()
    destination = try Self.cleanDestination(parts[parts.count == 1 ? 0 : 1], option: "--volume")
    if parts.count == 1 {
      kind = .volume
      isAnonymous = true
    } else if parts[0].hasPrefix("/") || parts[0].hasPrefix(".") {
      kind = .bind
      source = parts[0].hasPrefix("/") ? parts[0] : folder + "/" + parts[0]
    } else {
      kind = .volume
      source = parts[0]
      guard ContainerIdentifier.isName(source) else {
        throw wrong(
          "\(source) is no name of a volume; to mount a folder, begin with / or ./")
      }
    }
    if parts.count == 3 {
      for option in parts[2].split(separator: ",").map(String.init) {
        try take(volumeOption: option, of: text)
      }
    }
    if isOverlay, kind == .volume, isAnonymous { throw wrong("an overlay needs a source") }
  }

  /// Options of mounts that are passed on as they are.
  static let passedOptions: Set<String> = [
    "ro", "rw", "bind", "rbind", "private", "rprivate", "shared", "rshared", "slave", "rslave",
    "unbindable", "runbindable", "nodev", "dev", "noexec", "exec", "nosuid", "suid", "noatime",
    "atime", "relatime", "norelatime", "strictatime", "nostrictatime", "nodiratime", "diratime",
    "sync", "async", "dirsync", "mand", "nomand", "nosymfollow", "symfollow", "rro", "rnodev",
    "rnosuid", "rnoexec", "rnoatime",
  ]

  /// Takes an option that `--volume` and `--mount` have in common; false for another.
  mutating func takeCommon(_ option: String) -> Bool {
    switch option {
    case "z", "Z": relabel = option
    case "U": changesOwner = true
    case "idmap": idMap = ""
    case _ where option.hasPrefix("idmap="): idMap = String(option.dropFirst("idmap=".count))
    case _ where Self.passedOptions.contains(option): options.append(option)
    default: return false
    }
    return true
  }

  private mutating func take(volumeOption option: String, of text: String) throws(EngineError) {
    if takeCommon(option) { return }
    switch option {
    case "O": isOverlay = true
    case "copy": copiesUp = true
    case "nocopy": copiesUp = false
    case _ where option.hasPrefix("upperdir="):
      upperFolder = String(option.dropFirst("upperdir=".count))
    case _ where option.hasPrefix("workdir="):
      workFolder = String(option.dropFirst("workdir=".count))
    case _ where option.hasPrefix("subpath="):
      subpath = String(option.dropFirst("subpath=".count))
    default:
      throw .invalid(option: "--volume", value: text, reason: "there is no option \(option)")
    }
  }

  /// A destination with `.`, `..` and doubled slashes taken out.
  static func cleanDestination(_ path: String, option: String) throws(EngineError) -> String {
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      throw .invalid(
        option: option, value: path, reason: "the path in the container has to be absolute")
    }
    var names: [Substring] = []
    for name in path.pathComponents where name != "." {
      if name == ".." { _ = names.popLast() } else { names.append(name) }
    }
    guard !names.isEmpty else {
      throw .invalid(
        option: option, value: path, reason: "nothing can be mounted on the container's root")
    }
    return "/" + names.joined(separator: "/")
  }
}
