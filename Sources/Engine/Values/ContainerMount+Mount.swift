import LinuxSystem

extension ContainerMount {
  /// Reads the value of `--mount`: `type=bind,source=/a,target=/b,ro`.
  public init(mount text: String, in folder: String) throws(EngineError) {
    self.init(.volume, destination: "")
    var reader = MountReader(text: text, folder: folder, mount: self)
    try reader.read()
    self = reader.mount
  }

  /// Reads the value of `--tmpfs`: `PATH[:OPTIONS]`.
  public init(tmpfs text: String) throws(EngineError) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    self.init(
      .tmpfs, destination: try Self.cleanDestination(parts.first ?? "", option: "--tmpfs"))
    copiesImageUp = true
    for option in (parts.count > 1 ? parts[1] : "").split(separator: ",").map(String.init) {
      try take(tmpfsOption: option, of: text, "--tmpfs")
    }
  }

  mutating func take(
    tmpfsOption option: String, of text: String, _ name: String
  ) throws(EngineError) {
    let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
    switch parts.first ?? "" {
    case "size" where parts.count == 2:
      guard parts[1].hasSuffix("%") || ByteCount.parse(parts[1]) != nil else {
        throw .invalid(option: name, value: text, reason: "\(parts[1]) is no size")
      }
      options.append("size=" + parts[1].lowercased())
    case "mode", "uid", "gid", "nr_inodes", "nr_blocks", "huge", "mpol":
      guard parts.count == 2, !parts[1].contains(",") else {
        throw .invalid(option: name, value: text, reason: "\(option) needs a value")
      }
      options.append(option)
    case "noswap": options.append(option)
    case "tmpcopyup": copiesImageUp = true
    case "notmpcopyup": copiesImageUp = false
    case "U": changesOwner = true
    case _ where Self.passedOptions.contains(option): options.append(option)
    default: throw .invalid(option: name, value: text, reason: "there is no option \(option)")
    }
  }
}

/// Reads one `--mount`.
private struct MountReader {
  let text: String
  let folder: String
  var mount: ContainerMount
  var hasTarget = false

  func wrong(_ reason: String) -> EngineError {
    .invalid(option: "--mount", value: text, reason: reason)
  }

  mutating func read() throws(EngineError) {
    guard let fields = Self.fields(text) else { throw wrong("quotation marks stand wrong") }
    for field in fields where field.hasPrefix("type=") {
      let name = String(field.dropFirst("type=".count))
      guard let kind = ContainerMount.Kind(rawValue: name) else {
        throw wrong(
          "there is no type \(name); there are "
            + ContainerMount.Kind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      mount.kind = kind
    }
    for field in fields where !field.hasPrefix("type=") { try take(field) }
    guard hasTarget || mount.kind == .glob else { throw wrong("it needs a target") }
    try finish()
  }

  private mutating func take(_ field: String) throws(EngineError) {
    let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let name = parts[0]
    let value = parts.count > 1 ? parts[1] : nil
    switch name {
    case "source", "src":
      guard let value, !value.isEmpty else { throw wrong("\(name) needs a value") }
      mount.source = value
    case "target", "destination", "dest", "dst":
      guard let value, !value.isEmpty else { throw wrong("\(name) needs a value") }
      mount.destination = try ContainerMount.cleanDestination(value, option: "--mount")
      hasTarget = true
    case "ro", "readonly", "rw", "readwrite":
      guard let isSet = Self.flag(value ?? "true") else { throw wrong("\(field) is no flag") }
      mount.options.append(
        name.hasPrefix("ro") || name == "readonly" ? (isSet ? "ro" : "rw") : (isSet ? "rw" : "ro"))
    case "bind-propagation":
      guard let value, ContainerMount.passedOptions.contains(value),
        value.contains("a") || value.contains("i")
      else { throw wrong("there is no such propagation") }
      mount.options.append(value)
    case "bind-nonrecursive":
      guard let isSet = Self.flag(value ?? "true") else { throw wrong("\(field) is no flag") }
      mount.options.append(isSet ? "bind" : "rbind")
    case "relabel":
      guard value == "shared" || value == "private" else {
        throw wrong("relabel has to be shared or private")
      }
      mount.relabel = value == "shared" ? "z" : "Z"
    case "U", "chown":
      guard let isSet = Self.flag(value ?? "true") else { throw wrong("\(field) is no flag") }
      mount.changesOwner = isSet
    case "subpath", "volume-subpath", "image-subpath":
      guard let value, !value.pathComponents.contains("..") else {
        throw wrong("\(name) has to be a path below the source")
      }
      mount.subpath = value
    case "volume-nocopy": mount.copiesUp = Self.flag(value ?? "true") == false
    // Docker has it for its machines in machines, and ignores it here as well.
    case "consistency": break
    case "volume-opt" where mount.kind == .volume:
      guard let value, value.contains("=") else { throw wrong("volume-opt has to be name=value") }
      mount.volumeOptions.append(value)
    case "idmap":
      switch value.flatMap(Self.flag) {
      case true?: mount.idMap = ""
      case false?: mount.idMap = nil
      case nil: mount.idMap = value ?? ""
      }
    case "O": mount.isOverlay = true
    default: try takeByKind(field, name, value)
    }
  }

  private mutating func takeByKind(
    _ field: String, _ name: String, _ value: String?
  ) throws(EngineError) {
    switch mount.kind {
    case .tmpfs, .ramfs:
      switch name {
      case "tmpfs-size":
        try mount.take(tmpfsOption: "size=\(value ?? "")", of: text, "--mount")
      case "tmpfs-mode":
        try mount.take(tmpfsOption: "mode=\(value ?? "")", of: text, "--mount")
      default: try mount.take(tmpfsOption: field, of: text, "--mount")
      }
    case .devpts:
      guard ["uid", "gid", "mode", "max"].contains(name), let value, UInt32(value, radix: 8) != nil
      else { throw wrong("there is no option \(field)") }
      mount.options.append(field)
    default:
      guard mount.takeCommon(field) else { throw wrong("there is no option \(field)") }
    }
  }

  private mutating func finish() throws(EngineError) {
    switch mount.kind {
    case .bind, .glob:
      guard !mount.source.isEmpty else { throw wrong("it needs a source") }
      if !mount.source.hasPrefix("/") { mount.source = folder + "/" + mount.source }
    case .volume:
      if mount.source.isEmpty {
        mount.isAnonymous = true
      } else if !ContainerIdentifier.isName(mount.source) {
        throw wrong("\(mount.source) is no name of a volume; for a folder, say type=bind")
      }
    case .image, .artifact:
      guard !mount.source.isEmpty else { throw wrong("it needs a source") }
    case .tmpfs, .ramfs, .devpts:
      guard mount.source.isEmpty else { throw wrong("\(mount.kind.rawValue) takes no source") }
      if mount.kind == .tmpfs, !text.contains("notmpcopyup") { mount.copiesImageUp = true }
    }
  }

  private static func flag(_ text: String) -> Bool? {
    switch text {
    case "true", "1", "t", "T", "TRUE", "True": true
    case "false", "0", "f", "F", "FALSE", "False": false
    default: nil
    }
  }

  /// The fields of a record of CSV.
  private static func fields(_ text: String) -> [String]? {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    for character in text {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    if isQuoted { return nil }
    return fields + [field]
  }
}
