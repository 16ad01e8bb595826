public import JSON

/// Where a container gets a namespace from, as `--pid`, `--network`, `--userns` and so on say it.
public enum NamespaceMode: Equatable, Sendable {
  /// A new one of its own.
  case `private`
  /// A new one that other containers may join (`--ipc shareable`).
  case shareable
  /// A new one with nothing in it (`--network none`, `--ipc none`).
  case none
  /// The host's, or rootless that of the user's commands.
  case host
  /// Another container's, by its full id.
  case container(String)
  /// The one that a file names.
  case path(String)
  /// That of the pod.
  case pod
  /// User namespaces: the user's own number is kept inside, or becomes these.
  case keepID(uid: UInt32?, gid: UInt32?, size: UInt32?)
  /// User namespaces: rootless, without the user's own number.
  case noMap
  /// User namespaces: a range that no other container has, as large as needed or as said.
  case auto(AutomaticRange)

  /// How an automatic user namespace is made.
  public struct AutomaticRange: Equatable, Sendable {
    /// How many numbers; nil is as many as the image needs.
    public var size: UInt32?
    /// Numbers that are mapped as said, `container:host:size`.
    public var uidMappings: [String] = []
    public var gidMappings: [String] = []

    public init() {}
  }
}

/// As the command line spells it.
extension NamespaceMode: JSONValue, CustomStringConvertible {
  public init(from node: JSONNode) throws(JSONError) {
    guard let mode = NamespaceMode(try node.string()) else {
      throw node.mismatch("a namespace mode")
    }
    self = mode
  }

  public func write(to output: JSONOutput) { output.string(description) }

  /// Reads `host`, `private`, `container:ID`, `ns:PATH`, `keep-id:uid=1,gid=2`…; nil for other words.
  public init?(_ text: String) {
    let colon = text.firstIndex(of: ":")
    let word = colon.map { String(text[..<$0]) } ?? text
    let argument = colon.map { String(text[text.index(after: $0)...]) }
    switch (word, argument) {
    case ("private", nil): self = .private
    case ("shareable", nil): self = .shareable
    case ("none", nil): self = .none
    case ("host", nil): self = .host
    case ("pod", nil): self = .pod
    case ("nomap", nil): self = .noMap
    case ("container", let id?) where !id.isEmpty: self = .container(id)
    case ("ns", let path?) where path.hasPrefix("/"): self = .path(path)
    case ("keep-id", _):
      guard let mode = Self.keepID(parsing: argument ?? "") else { return nil }
      self = mode
    case ("auto", _):
      guard let range = AutomaticRange(parsing: argument ?? "") else { return nil }
      self = .auto(range)
    default: return nil
    }
  }

  private static func keepID(parsing text: String) -> NamespaceMode? {
    var numbers: [Substring: UInt32] = [:]
    for option in text.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, ["uid", "gid", "size"].contains(parts[0]),
        let number = UInt32(parts[1])
      else { return nil }
      numbers[parts[0]] = number
    }
    return .keepID(uid: numbers["uid"], gid: numbers["gid"], size: numbers["size"])
  }

  public var description: String {
    switch self {
    case .private: return "private"
    case .shareable: return "shareable"
    case .none: return "none"
    case .host: return "host"
    case .container(let id): return "container:\(id)"
    case .path(let path): return "ns:\(path)"
    case .pod: return "pod"
    case .noMap: return "nomap"
    case .keepID(let uid, let gid, let size):
      let options = [("uid", uid), ("gid", gid), ("size", size)].compactMap { name, number in
        number.map { "\(name)=\($0)" }
      }
      return options.isEmpty ? "keep-id" : "keep-id:" + options.joined(separator: ",")
    case .auto(let range):
      let text = range.description
      return text.isEmpty ? "auto" : "auto:" + text
    }
  }
}

extension NamespaceMode.AutomaticRange: CustomStringConvertible {
  /// Reads `size=1000,uidmapping=0:1:10,gidmapping=…`.
  init?(parsing text: String) {
    for option in text.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      switch parts[0] {
      case "size":
        guard let number = UInt32(parts[1]), number > 0 else { return nil }
        size = number
      case "uidmapping": uidMappings.append(String(parts[1]))
      case "gidmapping": gidMappings.append(String(parts[1]))
      default: return nil
      }
    }
  }

  public var description: String {
    let parts =
      (size.map { ["size=\($0)"] } ?? []) + uidMappings.map { "uidmapping=\($0)" }
      + gidMappings.map { "gidmapping=\($0)" }
    return parts.joined(separator: ",")
  }
}
