/// The environment of a container's program, in the order in which names came.
struct ContainerEnvironment {
  private(set) var names: [String] = []
  private var values: [String: String] = [:]

  /// `NAME=value` each.
  var entries: [String] { names.map { "\($0)=\(values[$0] ?? "")" } }

  subscript(name: String) -> String? { values[name] }

  mutating func set(_ name: String, _ value: String) {
    if values.updateValue(value, forKey: name) == nil { names.append(name) }
  }

  mutating func remove(_ name: String) {
    if values.removeValue(forKey: name) != nil { names.removeAll { $0 == name } }
  }

  mutating func removeAll() {
    names = []
    values = [:]
  }

  /// Takes an entry that has a value. One without `=`, or with the name missing, is passed over: an
  /// image must not reach variables of the host by naming them.
  mutating func take(_ entry: String) {
    guard let equals = entry.firstIndex(of: "="), equals != entry.startIndex else { return }
    set(String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
  }

  /// Variables that are passed on so that programs inside get out through the host's proxies.
  static let proxies = [
    "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY",
    "NO_PROXY",
  ]

  /// The environment that a request asks for.
  ///
  /// - Parameters:
  ///   - defaults: containers.conf's.
  ///   - image: the image's entries.
  ///   - host: this process's variables, which only count where the request says so.
  init(
    _ request: ProcessRequest, defaults: [String], image: [String], host: [String: String],
    passesHost: Bool, passesProxies: Bool
  ) {
    if !request.unsetsAllVariables {
      for entry in defaults { take(entry) }
      if request.hasTerminal { set("TERM", "xterm") }
      set("container", "podman")
      for entry in image where !entry.utf8.contains(0) { take(entry) }
    }
    if passesHost {
      for (name, value) in host.sorted(by: { $0.key < $1.key }) { set(name, value) }
    }
    if passesProxies {
      for name in Self.proxies {
        if let value = host[name] { set(name, value) }
      }
    }
    for name in request.unsetVariables { remove(name) }
    for (name, value) in request.environment { set(name, value) }
    for entry in request.environmentMerges {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      let text = String(entry[entry.index(after: equals)...])
      set(String(entry[..<equals]), text.expandingVariables { values[$0] })
    }
  }
}
