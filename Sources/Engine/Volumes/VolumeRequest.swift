import LinuxSystem

extension Volumes {
  /// A volume as it is asked for.
  public struct Request: Sendable {
    /// Nil for one at random.
    public var name: String?
    /// `local` where it is empty.
    public var driver = "local"
    public var labels: [String: String] = [:]
    /// `type`, `device`, `o`, `size`, `nocopy`… of the driver.
    public var options: [String: String] = [:]
    /// Whether it belongs to a container and goes with it.
    public var isAnonymous = false
    public var uid: UInt32?
    public var gid: UInt32?
    /// Whether one that is there already is as good.
    public var isIgnoredIfPresent = false

    public init(name: String? = nil) { self.name = name }
  }
}

/// The options of the driver `local`, understood: what is mounted, and what the engine does itself.
struct LocalVolumeOptions: Equatable {
  /// All options as they are kept and shown: those of `o` also by themselves, as podman has it.
  var shown: [String: String] = [:]
  var uid: UInt32?
  var gid: UInt32?
  /// Whether something has to be mounted.
  var isMounted = false

  init(_ options: [String: String]) throws(EngineError) {
    for (name, value) in options {
      switch name.lowercased() {
      case "o": try readMountOptions(value)
      case "type", "device":
        shown[name] = value
        isMounted = true
      case "size", "inodes", "uid", "gid":
        try readMountOption(name.lowercased(), value)
        shown[name] = value
      case "noquota", "copy", "nocopy": shown[name] = value
      default:
        throw .failed(
          "invalid mount option \(name) for driver 'local'", reason: "invalid argument")
      }
    }
    try check(options)
  }

  private mutating func readMountOptions(_ text: String) throws(EngineError) {
    var kept: [Substring] = []
    for option in text.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1)
      let name = (parts.first ?? "").lowercased()
      let isOurs = try readMountOption(name, parts.count > 1 ? String(parts[1]) : nil)
      if !isOurs { isMounted = true }
      // What is for the engine alone is no option of a mount.
      if name != "noquota", name != "timeout" { kept.append(option) }
    }
    if !kept.isEmpty { shown["o"] = kept.joined(separator: ",") }
  }

  /// Reads an option that the engine understands; false for another.
  @discardableResult
  private mutating func readMountOption(
    _ name: String, _ value: String?
  ) throws(EngineError) -> Bool {
    func number() throws(EngineError) -> UInt32 {
      guard let number = value.flatMap({ UInt32($0) }) else {
        throw .invalid(option: "--opt \(name)", value: value ?? "", reason: "it has to be a number")
      }
      return number
    }
    switch name {
    case "uid":
      uid = try number()
      shown["UID"] = value
    case "gid":
      gid = try number()
      shown["GID"] = value
    case "size":
      guard let value, DecimalSize.parse(value) != nil else {
        throw .invalid(
          option: "--opt size", value: value ?? "", reason: "it has to be a size as 512m or 1G")
      }
      shown["SIZE"] = value
    case "inodes":
      _ = try number()
      shown["INODES"] = value
    case "noquota": shown["NOQUOTA"] = "true"
    case "timeout": _ = try number()
    default: return false
    }
    return true
  }

  private func check(_ options: [String: String]) throws(EngineError) {
    let isLimited = shown["SIZE"] != nil || shown["INODES"] != nil
    if isLimited, shown["NOQUOTA"] != nil {
      throw .conflict("volume options size and inodes", "noquota")
    }
    if options["type"] == "tmpfs" {
      if shown["INODES"] != nil {
        throw .unsupported(
          "volume option inodes", reason: "a tmpfs takes nr_inodes among the options of o")
      }
    } else if isLimited {
      throw .unsupported(
        "volume options size and inodes",
        reason: "project quotas are not supported; a tmpfs (type=tmpfs) has a size of its own")
    }
    guard options["type"]?.lowercased() == "bind", let device = options["device"] else { return }
    do {
      _ = try openFile(device, [.path])
    } catch {
      throw .invalid(option: "--opt device", value: device, reason: "\(error)")
    }
  }
}
