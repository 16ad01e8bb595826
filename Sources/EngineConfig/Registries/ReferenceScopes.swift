public import ImageSpec

extension ImageReference {
  /// What policy.json and registries.d call an image and what it belongs to, the most special first: the
  /// full name, the repository, its folders, the host, and wildcards of the host's domains.
  public var scopes: [String] {
    var scopes = [tagged.description]
    var path = name
    while true {
      scopes.append(path)
      guard let slash = path.lastIndex(of: "/") else { break }
      path = String(path[..<slash])
    }
    var host = registry.prefix { $0 != ":" }
    while let dot = host.firstIndex(of: ".") {
      host = host[host.index(after: dot)...]
      scopes.append("*." + host)
    }
    return scopes
  }
}
